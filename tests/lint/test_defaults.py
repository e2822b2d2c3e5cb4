"""Rules on parsed settings, with the defaults of what a program leaves out."""

from __future__ import annotations

from itertools import product

import pytest

from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse

LEAST = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
CANARY = "c4n4ry"


def found(**properties: object) -> list[str]:
    """Return the keys that errors complain of."""
    settings = parse(SmtpSettings, LEAST | properties)[0].stored()
    return [error.property for error in find_errors(settings)]


@pytest.mark.parametrize(("ssl", "starttls"), list(product([True, False, None, UNKNOWN], repeat=2)))
def test_ssl_and_starttls_exclude_each_other(ssl: object, starttls: object) -> None:
    """Only both on is wrong, on starttls; off, left out or not known yet is fine."""
    expected = ["starttls"] if ssl is starttls is True else []
    assert found(ssl=ssl, starttls=starttls) == expected


@pytest.mark.parametrize(
    ("user", "password", "expected"),
    [
        (None, None, []),
        ("", "", []),
        ("acme", CANARY, []),
        ("acme", None, ["password"]),
        ("acme", "", ["password"]),
        (None, CANARY, ["user"]),
        ("", CANARY, ["user"]),
        ("acme", UNKNOWN, []),
        (None, UNKNOWN, []),
        (UNKNOWN, CANARY, []),
        (UNKNOWN, None, []),
        (UNKNOWN, UNKNOWN, []),
    ],
)
def test_user_and_password_come_together(
    user: object, password: object, expected: list[str]
) -> None:
    """The one that is missing is named, as soon as it is known to be."""
    assert found(user=user, password=password) == expected


def test_a_wrong_value_is_not_judged_twice() -> None:
    """A password that is never right is not reported as missing, nor a user as superfluous."""
    assert not found(user="acme", password=5)
    assert not found(user=5, password=CANARY)
    assert found(user="acme", password="***") == found(password="***") == ["password"]
    assert found(password="${SMTP_PASSWORD}") == ["password"]


@pytest.mark.parametrize("ssl", [True, False, None, UNKNOWN])
@pytest.mark.parametrize("login", [{}, {"user": "acme", "password": CANARY}], ids=str)
def test_defaults_bring_no_warning(ssl: object, login: dict[str, object]) -> None:
    """Who leaves port and starttls to this package is on the safe side."""
    settings = parse(SmtpSettings, LEAST | login | {"ssl": ssl})[0].stored()
    assert not list(find_warnings(settings))
