"""A password by reference: read when it is sent, and told apart by a fingerprint alone."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lifecycle.passwords import matches
from pulumi_smtpconfig.problems import UNKNOWN
from tests.conftest import PASSWORD
from tests.lifecycle.test_lifecycle import World

VARIABLE = "ACME_SMTP_PASSWORD"
REFERENCE = f"env:{VARIABLE}"


@pytest.fixture
def referring(acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The properties of a tenant whose password stands in a variable, which is set."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    return {key: value for key, value in acme.items() if key != "password"} | {
        "passwordFrom": REFERENCE
    }


def created(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs of a tenant."""
    return World().lifecycle.create(properties)[1]


def test_the_password_is_sent_and_not_kept(referring: dict[str, Any]) -> None:
    """The platform gets it; the state gets the reference and a fingerprint of it."""
    world = World()
    _, outputs = world.lifecycle.create(referring)
    (request,) = world.sent
    assert request.body
    assert request.body["password"] == PASSWORD
    assert request.secrets == (PASSWORD,)
    assert PASSWORD not in str(outputs)
    assert outputs["passwordFrom"] == REFERENCE
    assert matches(PASSWORD, outputs["passwordFingerprint"])


def test_a_password_that_stays_changes_nothing(referring: dict[str, Any]) -> None:
    """A preview finds no change, and an update for another reason keeps the fingerprint."""
    world, outputs = World(), created(referring)
    assert not world.lifecycle.diff(outputs, referring).changes
    news = referring | {"verify": "warn"}
    assert world.lifecycle.update(outputs, news) == outputs | {"verify": "warn"}
    assert (world.sent, world.told) == ([], [])


def test_a_rotated_password_is_seen_and_sent(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview shows an update and says why, and the update sends it."""
    world, outputs = World(), created(referring)
    monkeypatch.setenv(VARIABLE, "rotated")
    assert world.lifecycle.diff(outputs, referring).changes == ["passwordFrom"]
    (told,) = world.told
    assert f"{REFERENCE} contains another password than the one that was sent" in told
    again = world.lifecycle.update(outputs, referring)
    assert [(request.body or {})["password"] for request in world.sent] == ["rotated"]
    assert matches("rotated", again["passwordFingerprint"])


def test_what_cannot_be_read_and_is_not_needed_is_a_warning(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else changed: check says so, and neither diff nor update finds anything to do."""
    world, outputs = World(), created(referring)
    monkeypatch.delenv(VARIABLE)
    assert not world.lifecycle.check(referring).problems
    (told,) = world.told
    assert told.startswith('Tenant "ACME" on idp.example.com: Could not read the password')
    assert "is not set" in told
    assert not world.lifecycle.diff(outputs, referring).changes
    assert world.lifecycle.update(outputs, referring | {"onDelete": "retain"}) == outputs
    assert not world.sent


@pytest.mark.parametrize(
    "change", [{"port": 2525}, {"triggers": ["restored"]}, {"passwordFrom": "env:ANOTHER"}], ids=str
)
def test_what_cannot_be_read_and_is_needed_is_an_error_before_anything_is_sent(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """Settings without their password would stop a tenant's mail."""
    world, outputs = World(), created(referring)
    monkeypatch.delenv(VARIABLE)
    assert world.lifecycle.diff(outputs, referring | change).changes == list(change)
    with pytest.raises(ConfigurationError, match="is not set") as caught:
        world.lifecycle.update(outputs, referring | change)
    assert str(caught.value).startswith('Mail settings of tenant "ACME": reading the password')
    assert not world.sent


def test_create_without_its_password_sends_nothing(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an update."""
    monkeypatch.delenv(VARIABLE)
    world = World()
    with pytest.raises(ConfigurationError):
        world.lifecycle.create(referring)
    assert not world.sent


def test_refresh_and_delete_need_no_password(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They work on a machine that has none, and a refresh leaves nothing to update."""
    world, outputs = World(), created(referring)
    monkeypatch.delenv(VARIABLE)
    read = world.lifecycle.read(outputs)
    assert read
    assert (read.outputs, read.inputs) == (outputs, referring)
    world.lifecycle.delete(outputs)
    assert not any("Could not read" in told for told in world.told)


@pytest.mark.parametrize("password", ["***", "line\nbreak"], ids=repr)
def test_what_can_be_no_password_is_not_sent(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """What lint refuses of a password it refuses of a referenced one, when it is known."""
    monkeypatch.setenv(VARIABLE, password)
    world = World()
    with pytest.raises(ConfigurationError) as caught:
        world.lifecycle.create(referring)
    assert REFERENCE in str(caught.value)
    assert password not in str(caught.value)
    assert not world.sent


def test_the_way_from_a_password_to_a_reference_and_back_sends_nothing(
    acme: dict[str, Any], referring: dict[str, Any]
) -> None:
    """The platform has this password already; only the state changes."""
    world, plain = World(), created(acme)
    there = world.lifecycle.update(plain, referring)
    assert world.lifecycle.diff(plain, referring).changes == ["passwordFrom", "password"]
    assert "password" not in there
    assert matches(PASSWORD, there["passwordFingerprint"])
    assert world.lifecycle.update(there, acme) == plain
    assert not world.sent


def test_nothing_is_cleared_for_a_replacement_that_cannot_be_sent(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What clears is deleted first, so a preview fails where the password cannot be read."""
    old = created(referring | {"platform": "keycloak", "onDelete": "clear"})
    monkeypatch.delenv(VARIABLE)
    news = referring | {"platform": "keycloak", "onDelete": "clear", "tenantId": "new"}
    with pytest.raises(ConfigurationError, match="before another tenant is cleared, failed"):
        World().lifecycle.diff(old, news)


def test_what_cannot_be_read_is_told_once_and_with_what_is_known(
    referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine checks a replacement twice, and a tenant may not be known in a preview."""
    monkeypatch.delenv(VARIABLE)
    world = World()
    for _ in range(2):
        world.lifecycle.check(referring | {"tenantId": UNKNOWN})
    (told,) = world.told
    assert told.startswith('Tenant "(not known yet)" on idp.example.com: ')


def test_a_password_and_a_reference_exclude_each_other(referring: dict[str, Any]) -> None:
    """Which one would win is not for a user to guess."""
    problems = World().lifecycle.check(referring | {"password": "pw"}).problems
    assert [problem.property for problem in problems] == ["passwordFrom"]
