"""Port, STARTTLS and TLS: what they default to, and how they may be written."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse

LEAST = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}


def settings(**properties: object) -> SmtpSettings:
    """Return what these properties are parsed to beside the least that is needed."""
    return parse(SmtpSettings, {**LEAST, **properties})[0]


@pytest.mark.parametrize(
    ("given", "port", "starttls"),
    [
        ({}, 587, True),
        ({"ssl": False}, 587, True),
        ({"ssl": True}, 465, False),
        ({"ssl": "true"}, 465, False),
        ({"ssl": True, "port": 2465}, 2465, False),
        ({"starttls": False}, 587, False),
        ({"ssl": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"ssl": UNKNOWN, "port": 25, "starttls": False}, 25, False),
        ({"ssl": "perhaps"}, UNKNOWN, UNKNOWN),
    ],
    ids=str,
)
def test_port_and_starttls_default_to_what_fits_ssl(
    given: dict[str, Any], port: object, starttls: object
) -> None:
    """465 is for TLS from the first byte, 587 for STARTTLS; without ssl known, neither is."""
    parsed = settings(**given)
    assert (parsed.port, parsed.starttls) == (port, starttls)


@pytest.mark.parametrize(
    "port", [1, 587, 587.0, "587", "00587", 65535, "65535", 0, "0", -1, 65536, "65536"], ids=repr
)
def test_a_port_is_a_whole_number_however_it_is_written(port: float | str) -> None:
    """The engine sends floats and config sends texts."""
    parsed = settings(port=port).port
    assert type(parsed) is int
    assert parsed == int(float(port))


@pytest.mark.parametrize(
    "port",
    [
        *(587.5, float("nan"), float("inf"), True, False, [587], {}),
        *("-1", "+587", "5_87", "587 ", " 587", "587.0", "٥٨٧", "smtp", "9" * 5000),
    ],
    ids=lambda port: repr(port)[:10],
)
def test_other_ports_are_refused_in_our_words(port: object) -> None:
    """Nothing but a whole number is a port, and the reason says which ones there are."""
    _, (problem,) = parse(SmtpSettings, {**LEAST, "port": port})
    assert (problem.property, "from 1 to 65535" in problem.why) == ("port", True)


@pytest.mark.parametrize("key", ["ssl", "starttls"])
@pytest.mark.parametrize(("value", "boolean"), [("true", True), ("false", False), (True, True)])
def test_a_boolean_may_be_a_text(key: str, value: object, boolean: bool) -> None:  # noqa: FBT001 - the expected value
    """The documented sample writes booleans as texts."""
    assert getattr(settings(**{key: value}), key) is boolean
