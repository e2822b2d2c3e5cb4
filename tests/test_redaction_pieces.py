"""Quoting others who repeat a part of a secret, or write it so that no mark can take its place."""

from __future__ import annotations

import base64
import quopri
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.redaction import LONGEST_REPLACEABLE, NOT_QUOTED, REPLACED, quoted
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


@pytest.mark.parametrize("length", [LONGEST_REPLACEABLE + 1, 8_000, 200_000])
@pytest.mark.parametrize("form", [str, base64_of])
def test_a_long_secret_is_left_out(length: int, form: Callable[[str], str]) -> None:
    """It is not replaced, as that would take long."""
    secret = "".join(chr(33 + n * n * 7 % 59) for n in range(length))
    assert quoted(f"wrong: {form(secret)[:60_000]}", [secret]) == NOT_QUOTED


def test_a_text_of_many_beginnings_is_left_out() -> None:
    """To see which of them are whole would take long."""
    secret = "a" * 500 + "b"
    assert quoted("a" * 60_000 + secret, [secret]) == NOT_QUOTED


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("".join(rf"\\\\u{ord(c):04x}" for c in SECRET[:-1]) + "x", SECRET),
        (r"\\\\x61" * 40 + "x", "a" * 40 + "b"),
        ("a" + "\\" * 80 + "bcdefgh", "a" + "\u200d" * 20 + "bcdefghi"),
        ("x" + "%255c" * 99 + "y", "%255c" * 100),
        ("x" + "&amp;" * 99 + "y", "&amp;" * 100),
        ("x" + "%2525" * 99 + "y", "%25" * 100),
    ],
    ids=ascii,
)
def test_a_secret_that_is_almost_there_is_soon_found(text: str, secret: str) -> None:
    """A text can be read in one way alone, so no search tries more and more of them."""
    assert quoted(text, [secret]) == NOT_QUOTED


@pytest.mark.parametrize("secret", ["hunter", "hunter2"])
def test_a_piece_of_a_short_secret_is_ordinary_text(secret: str) -> None:
    """Words are kept that a secret of under eight characters has in common with them."""
    assert quoted("the hunt is over", [secret]) == '"the hunt is over"'
