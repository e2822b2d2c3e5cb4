"""Control characters, display names, and the domains of addresses."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import CONTROL, TEXTS, USUAL

CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
NAMES = pytest.mark.parametrize("key", ["fromDisplayName", "replyToDisplayName"])


def codes(**settings: object) -> list[str]:
    """Return the codes of what rules find."""
    together = USUAL | settings
    return [each.code for each in [*find_errors(together), *find_warnings(together)]]


def test_control_characters_are_unicodes() -> None:
    """The expression names exactly the categories of controls, surrogates and line breaks."""
    characters = map(chr, range(0x110000))
    expected = {each for each in characters if unicodedata.category(each) in CONTROLS}
    assert set(CONTROL.findall("".join(map(chr, range(0x110000))))) == expected


@pytest.mark.parametrize("key", TEXTS)
@given(
    before=st.text(), control=st.characters(categories=["Cc", "Zl", "Zp", "Cs"]), after=st.text()
)
def test_no_text_may_hold_a_control_character(
    key: str, before: str, control: str, after: str
) -> None:
    """No setting may smuggle a line into a mail's header or an answer into a terminal."""
    found = find_errors(USUAL | {key: before + control + after})
    assert ("E401", key) in [each[:2] for each in found]


@NAMES
@pytest.mark.parametrize("name", ["Acme", "Acme, Inc.", "O'Neill (help)", "a@acme.example", ""])
def test_a_plain_display_name_is_fine(key: str, name: str) -> None:
    """What a library quotes by itself is nobody's to judge."""
    assert codes(**{key: name}) == []


@NAMES
@pytest.mark.parametrize("name", ["Müller", "Grüße", "株式会社", "Acme™", "\u00a0"])
def test_a_display_name_that_needs_encoding_is_warned_of(key: str, name: str) -> None:
    """Platforms do not document that they encode it."""
    assert codes(**{key: name}) == ["W401"]


@NAMES
@pytest.mark.parametrize("name", ["<", ">", '"Acme"', "Acme <a@acme.example>"])
def test_a_display_name_with_marks_of_an_address_is_warned_of(key: str, name: str) -> None:
    """It was likely pasted with the address in it."""
    assert codes(**{key: name}) == ["W402"]


@pytest.mark.parametrize(
    ("envelope_from", "expected"),
    [
        *[("b@acme.example", []), ("b@ACME.example", []), ("b@acme.example.", []), ("", [])],
        *[("b@bounces.acme.example", []), ("b@example", [])],
        *[("b@badacme.example", ["W403"]), ("b@mailer.example", ["W403"])],
        *[("b@acme.example.net", ["W403"]), ('"a@acme.example"@b.example', ["W403"])],
    ],
)
def test_envelope_and_from_share_a_domain(envelope_from: str, expected: list[str]) -> None:
    """One may be below the other, either way round, as DMARC's relaxed mode takes it."""
    assert codes(envelopeFrom=envelope_from) == expected
    swapped = {"from": envelope_from, "envelopeFrom": "no-reply@acme.example"}
    assert codes(**swapped) == expected
