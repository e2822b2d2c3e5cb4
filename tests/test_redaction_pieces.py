"""Quoting others who repeat a part of a secret, or write it so that no mark can take its place."""

from __future__ import annotations

import base64
import quopri
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.redaction import NOT_QUOTED, REPLACED, quoted
from tests.test_redaction import FRAME, LEGIBLE_FORMS, TYPEABLE

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "Tr0ub4dor&3-correct-hörse"
PIECE = 8
"""Characters that tell something of a secret."""

UNWRAPPED = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\=,<>")
LONG_SECRETS = st.text(TYPEABLE, min_size=PIECE, max_size=40)
PLACES = st.tuples(st.integers(0, 32), st.integers(PIECE, 40))


def base64_of(text: str) -> str:
    """Return a text as base64, which may stand behind a user."""
    return base64.b64encode(text.encode()).decode()


@given(secret=LONG_SECRETS, place=PLACES)
@example(secret="!@#$%^&*()!@#$%", place=(0, 9))
@example(secret="abc%41%42%43%44%45", place=(0, 11))
@example(secret="abcdefge\u0301", place=(0, 8))
def test_a_piece_of_a_secret_is_not_shown(secret: str, place: tuple[int, int]) -> None:
    """Wherever it is cut, of eight characters on it tells too much."""
    start, length = min(place[0], len(secret) - PIECE), place[1]
    piece = secret[start : start + length]
    assert quoted(FRAME.format(piece), [secret]) in {NOT_QUOTED, f'"«{REPLACED}»"'}


@pytest.mark.parametrize("form", [*LEGIBLE_FORMS.values(), base64_of], ids=[*LEGIBLE_FORMS, "b64"])
@pytest.mark.parametrize("cut", [slice(0, -3), slice(3, None), slice(5, -5)])
def test_a_piece_is_not_shown_in_any_form(form: Callable[[str], str], cut: slice) -> None:
    """The form is cut, wherever a character or a group may end."""
    said = quoted(f"wrong: {form(SECRET)[cut]} x", [SECRET])
    assert said in {NOT_QUOTED, f'"wrong: {REPLACED} x"'}


@given(secret=st.text(UNWRAPPED, min_size=PIECE, max_size=40), width=st.integers(1, 12))
@pytest.mark.parametrize("between", [", ", "\n", "\r\n ", "<wbr>", "=\r\n"], ids=ascii)
@pytest.mark.parametrize("form", [str, base64_of])
def test_a_secret_that_is_wrapped_is_not_shown(
    form: Callable[[str], str], between: str, secret: str, width: int
) -> None:
    """Lines of any length are searched as one, whatever joins them.

    Of base64 its last group may stay, which tells less than two bytes.
    """
    shown = form(secret)
    lines = [shown[at : at + width] for at in range(0, len(shown), width)]
    said = quoted(FRAME.format(between.join(lines)), [secret])
    rest = len(between) + 4 if form is base64_of else 0
    assert said == NOT_QUOTED or len(said) <= len(f'"«{REPLACED}»"') + rest


OTHER_SPELLINGS: dict[str, Callable[[str], str]] = {
    "hex": lambda secret: secret.encode().hex(),
    "hex in capitals": lambda secret: secret.encode().hex().upper(),
    "hex in pairs": lambda secret: secret.encode().hex(":"),
    "quoted-printable": lambda secret: quopri.encodestring(secret.encode()).decode(),
    "quoted-printable throughout": lambda secret: "".join(f"={b:02X}" for b in secret.encode()),
}


@pytest.mark.parametrize("form", OTHER_SPELLINGS.values(), ids=OTHER_SPELLINGS.keys())
@pytest.mark.parametrize("secret", [SECRET, "ßäöü-ÄÖÜẞ"])
def test_a_spelling_of_mail_is_not_shown(form: Callable[[str], str], secret: str) -> None:
    """Logs and mails write so."""
    assert quoted(f"wrong: {form(secret)} x", [secret]) == NOT_QUOTED


def test_a_piece_beside_the_whole_is_not_shown() -> None:
    """A mark for the whole does not make up for what else is there."""
    assert quoted(f"{SECRET}, so {SECRET[:12]}", [SECRET]) == NOT_QUOTED


@pytest.mark.parametrize("secret", ["hunter", "hunter2"])
def test_a_piece_of_a_short_secret_is_ordinary_text(secret: str) -> None:
    """Words are kept that a secret of under eight characters has in common with them."""
    assert quoted("the hunt is over", [secret]) == '"the hunt is over"'
