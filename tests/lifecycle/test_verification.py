"""Settings are tried before they replace others, as far as a resource asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Verification
from tests.lifecycle.test_lifecycle import World

FAILURE = NotVerified("It answered 535 at AUTH.", "check user and password.", "AUTH")
VERIFICATION = Verification(
    host="smtp.acme.example",
    port=587,
    ssl=False,
    starttls=True,
    user="acme",
    password="",
    sender="bounce@acme.example",
)


def test_nothing_is_tried_unless_a_resource_asks(acme: dict[str, Any]) -> None:
    """The machine of a pipeline need not reach the SMTP server."""
    world = World()
    world.lifecycle.create(acme)
    assert not world.verifications


@pytest.mark.parametrize("verify", ["warn", "require"])
def test_settings_are_tried_before_they_are_sent(acme: dict[str, Any], verify: str) -> None:
    """The server sees who sends, by the envelope, and whom a resource wants to reach."""
    world = World()
    world.lifecycle.create(acme | {"verify": verify, "verifyRecipient": "me@acme.example"})
    expected = VERIFICATION._replace(password=acme["password"], recipient="me@acme.example")
    assert world.verifications == [expected]
    assert len(world.sent) == 1


def test_without_an_envelope_sender_the_from_address_is_tried(acme: dict[str, Any]) -> None:
    """It is what the platform's mailer then uses."""
    world = World()
    world.lifecycle.create(acme | {"verify": "require", "envelopeFrom": ""})
    assert world.verifications[0].sender == "no-reply@acme.example"


def test_what_is_required_and_fails_is_not_sent(acme: dict[str, Any]) -> None:
    """The settings that work stay, and the error says what failed."""
    world = World()
    world.unverified = FAILURE
    for operation in (
        lambda: world.lifecycle.create(acme | {"verify": "require"}),
        lambda: world.lifecycle.update(acme, acme | {"verify": "require", "port": 2525}),
    ):
        with pytest.raises(NotVerified) as caught:
            operation()
        assert str(caught.value) == (
            'Mail settings of tenant "ACME": verifying them before they are sent failed.\n'
            "  It answered 535 at AUTH.\n"
            "  Next: check user and password."
        )
    assert not world.sent


def test_a_failure_that_only_warns_is_told_and_the_settings_are_sent(acme: dict[str, Any]) -> None:
    """The warning says that the platform's network may differ, and what to do if it does not."""
    world = World()
    world.unverified = FAILURE
    world.lifecycle.create(acme | {"verify": "warn"})
    (told,) = world.told
    assert told == (
        'Tenant "ACME" on idp.example.com: It answered 535 at AUTH. They are sent anyway '
        "because verify is \"warn\": the platform's network may differ from this machine's. "
        "If it does not: check user and password."
    )
    assert len(world.sent) == 1


@pytest.mark.parametrize("change", [{"triggers": [1]}, {"onDelete": "retain"}], ids=str)
def test_settings_that_stay_are_not_tried_again(
    acme: dict[str, Any], change: dict[str, Any]
) -> None:
    """A password that a server refuses a few times may lock the account."""
    world = World()
    verified = acme | {"verify": "require"}
    world.lifecycle.update(verified, verified | change)
    assert not world.verifications


@pytest.mark.parametrize("verify", ["off", "warn"])
def test_settings_that_were_sent_in_spite_of_all_are_tried(
    acme: dict[str, Any], verify: str
) -> None:
    """`require` sends nothing that has not passed, and what only warned may not have."""
    world = World()
    news = acme | {"verify": "require", "triggers": ["restored"]}
    world.lifecycle.update(acme | {"verify": verify}, news)
    assert len(world.verifications) == 1


@pytest.mark.parametrize("verify", ["off", "warn", "require"])
def test_a_reference_to_keycloaks_vault_is_not_tried(acme: dict[str, Any], verify: str) -> None:
    """Only Keycloak knows the password behind it, and each login in vain may lock the account."""
    checked = World().lifecycle.check(acme | {"password": "${vault.smtp}", "verify": verify})
    properties = [problem.property for problem in checked.problems]
    assert properties == ([] if verify == "off" else ["password"])


def test_a_change_of_triggers_alone_sends_the_settings_again(acme: dict[str, Any]) -> None:
    """A platform that was rebuilt gets them, though none of them changed."""
    world = World()
    before, after = acme | {"triggers": ["a", 1.0]}, acme | {"triggers": ["a", 2.0]}
    assert world.lifecycle.diff(before, after).changes == ["triggers"]
    assert world.lifecycle.update(before, after)["triggers"] == ["a", 2.0]
    assert len(world.sent) == 1
    world.lifecycle.update(after, after | {"triggers": None})
    assert len(world.sent) == 2


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([1], [True], False),
        ([{"a": 0}], [{"a": False}], False),
        ([1], [1.0], True),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], True),
        (["1"], [1], False),
    ],
    ids=str,
)
def test_triggers_are_the_same_where_json_has_the_same(
    acme: dict[str, Any], before: list[object], after: list[object], *, same: bool
) -> None:
    """Python takes true for 1; the state's numbers are all of one kind."""
    changes = (
        World().lifecycle.diff(acme | {"triggers": before}, acme | {"triggers": after}).changes
    )
    assert changes == ([] if same else ["triggers"])
