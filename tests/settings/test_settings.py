"""Mail settings: which they may be, and every problem at once without its value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse

LEAST = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
CANARY = "c4n4ry"
NUMBER = 918273.25
CANARIES = (
    st.tuples(st.text(), st.text()).map(CANARY.join)
    | st.sampled_from([NUMBER, [CANARY], {CANARY: CANARY}, CANARY.encode()])
    | st.integers(10**6, 10**9).map(lambda number: f"{CANARY}{number}")
)


def problems(**properties: object) -> list[str]:
    """Return the keys that have a problem when these properties join the least that is needed."""
    return [problem.property for problem in parse(SmtpSettings, {**LEAST, **properties})[1]]


@pytest.mark.parametrize("key", ["from", "replyTo", "envelopeFrom"])
@pytest.mark.parametrize(
    "address",
    [
        *("acme", "@x.example", "acme@", "a b@x.example", "a@b@x.example", "a@x..example"),
        *("Acme <acme@x.example>", "a@x.example, b@x.example", "a@x.example ", "a@x.example."),
    ],
)
def test_what_is_no_address_is_refused(key: str, address: str) -> None:
    """Each of the three addresses is one address and nothing around it."""
    assert problems(**{key: address}) == [key]


@pytest.mark.parametrize("key", ["from", "replyTo", "envelopeFrom"])
@pytest.mark.parametrize(
    "address", ["a@acme.example", "Grüße@müller.example", "a+b@intern.local", "root@localhost"]
)
def test_an_address_is_kept_as_it_is_written(key: str, address: str) -> None:
    """Addresses of other scripts and of private networks are addresses too."""
    assert parse(SmtpSettings, {**LEAST, key: address})[0].stored()[key] == address


@pytest.mark.parametrize("key", ["from", "replyTo", "envelopeFrom"])
@given(place=st.integers(0, 14), control=st.characters(categories=["Cc", "Cs", "Zl", "Zp"]))
def test_an_address_holds_no_control_character(key: str, place: int, control: str) -> None:
    """What would break a line is no part of an address."""
    address = "a@acme.example"
    assert problems(**{key: address[:place] + control + address[place:]}) == [key]


@pytest.mark.parametrize("key", ["host", "from"])
@pytest.mark.parametrize("blank", [None, "", " ", "\u00a0"], ids=repr)
def test_host_and_from_are_required(key: str, blank: object) -> None:
    """The platform takes no settings without them, so a blank one is missing."""
    _, (problem,) = parse(SmtpSettings, {**LEAST, key: blank})
    assert str(problem) == f"{key}: is required"


@pytest.mark.parametrize("key", sorted(set(SmtpSettings.keys().values()) - {"host", "from"}))
def test_everything_else_may_be_left_empty(key: str) -> None:
    """An empty setting is a cleared one; so the address for bounces."""
    assert not problems(**{key: ""})


def test_every_problem_is_told_at_once() -> None:
    """Each wrong property has its problem in the first answer."""
    wrong: dict[str, object] = {
        "host": " ",
        "from": "nobody",
        "fromDisplayName": 5,
        "replyTo": "nobody",
        "replyToDisplayName": ["Acme"],
        "envelopeFrom": "nobody",
        "port": "smtp",
        "starttls": "perhaps",
        "ssl": 2,
        "user": True,
        "password": {"secret": "s3cret"},
    }
    assert sorted(problems(**wrong)) == sorted(SmtpSettings.keys().values())


@pytest.mark.parametrize("key", SmtpSettings.keys().values())
@given(value=CANARIES)
def test_no_reason_holds_the_value(key: str, value: object) -> None:
    """Any property may hold a secret, so a reason describes and never quotes."""
    reasons = str(parse(SmtpSettings, {**LEAST, key: value})[1])
    assert CANARY not in reasons
    assert "918273" not in reasons
