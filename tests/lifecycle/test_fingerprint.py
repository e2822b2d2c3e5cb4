"""Fingerprints: they tell whether a password is the one of before, and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.lifecycle.passwords import fingerprint, matches

PASSWORDS = st.text(st.characters(codec="utf-8"), min_size=1)


@settings(max_examples=25)
@given(password=PASSWORDS, other=PASSWORDS)
def test_a_fingerprint_is_of_one_password(password: str, other: str) -> None:
    """It matches the password that it was made of, and no other."""
    known = fingerprint(password)
    assert matches(password, known)
    assert matches(other, known) is (other == password)


def test_equal_passwords_do_not_look_equal() -> None:
    """Each fingerprint has a salt of its own, so two tenants cannot be compared."""
    assert len({fingerprint("the same") for _ in range(5)}) == 5


@settings(max_examples=25)
@given(password=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6))
def test_a_fingerprint_does_not_hold_its_password(password: str) -> None:
    """It shows the salt and a hash."""
    assert password not in fingerprint(password)


@pytest.mark.parametrize(
    "known",
    [
        *("", "pw", "$scrypt$ln=11,r=8,p=1$!!$!!", "$scrypt$ln=11,r=8,p=1$abc$abcd"),
        *("$scrypt$ln=9999,r=8,p=1$abcd$abcd", "$scrypt$ln=30,r=8,p=1$abcd$abcd"),
        *("$scrypt$ln=0,r=0,p=1$abcd$abcd", "$scrypt$ln=11,r=8,p=1$abcd$abcd"),
    ],
)
def test_what_is_no_fingerprint_is_of_no_password(known: str) -> None:
    """A state that somebody edited makes the password be sent again, and nothing worse."""
    assert not matches("pw", known)
