"""Quoting takes little time, whatever others say and however long a secret is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.redaction import LONGEST_REPLACEABLE, NOT_QUOTED, quoted
from tests.test_redaction_pieces import SECRET, base64_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("secret", ["a\\" * 12 + "b", "\\\u200b" * 6 + "xyzxyz", "\\" * 30])
def test_a_secret_of_many_backslashes_is_not_shown(secret: str) -> None:
    """It would take long to search, so the whole quote is left out where it may be."""
    assert quoted(f"wrong: {json.dumps(secret)}", [secret]) == NOT_QUOTED


@pytest.mark.parametrize("text", ["\\" * 60_000, "%25" * 20_000, "&#0000" * 10_000, "b" * 60_000])
def test_no_text_makes_the_search_slow(text: str) -> None:
    """A platform that answers with what escapes look like is quoted all the same."""
    assert quoted(text, ["\\\\" + "a" * 30 + "%&b", "a" * 30 + "b"]).startswith('"')


def test_a_text_that_is_too_long_is_not_searched() -> None:
    """Of an answer that is no message nothing is quoted."""
    assert quoted("x" * 70_000, []) == "(an answer too long to quote)"


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
        ("a" + r"\u200d" * 20 + "bcdefgh", "a" + "\u200d" * 40 + "bcdefghi"),
        ("x" + "%255c" * 99 + "y", "%255c" * 100),
        ("x" + "&amp;" * 99 + "y", "&amp;" * 100),
        ("x" + "%2525" * 99 + "y", "%25" * 100),
    ],
    ids=ascii,
)
def test_a_secret_that_is_almost_there_is_soon_found(text: str, secret: str) -> None:
    """A text can be read in one way alone, so no search tries more and more of them."""
    assert quoted(text, [secret]) == NOT_QUOTED
