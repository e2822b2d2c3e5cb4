"""Rules on settings taken together, on every combination of what they read."""

from __future__ import annotations

from itertools import product

import pytest

from pulumi_smtpconfig.inputs import parse
from pulumi_smtpconfig.lint import RULES, findings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings import SmtpSettings

LEAST = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
CANARY = "c4n4ry"


def found(**properties: object) -> list[str]:
    """Return the keys that the rules complain of."""
    return [
        finding.property
        for finding in findings(parse(SmtpSettings, LEAST | properties)[0].stored())
    ]


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
    """A password that cannot be parsed is not reported as missing, nor a user as superfluous."""
    assert not found(user="acme", password="***")
    assert not found(user=5, password="s3cret")


def test_rules_read_and_name_what_exists() -> None:
    """A rule reads keys of the settings and stands on one of them."""
    named = {key for rule in RULES for key in (*rule.reads, rule.property)}
    assert named <= set(SmtpSettings.keys().values())
