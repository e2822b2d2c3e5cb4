"""`verify="platform"`: what is asked of the platform, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import NotVerified
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from tests.lifecycle.sender import Harness

FAILED = NotVerified("The platform answered 500.", "read its log.", "platform")


@pytest.fixture
def keycloak(acme: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a realm whose settings the platform tries."""
    return acme | {"platform": "keycloak", "verify": "platform"}


def test_the_settings_are_tried_as_they_are_sent(
    harness: Harness, keycloak: dict[str, Any]
) -> None:
    """The platform gets the map itself, with the password, in a request that is not repeated."""
    harness.lifecycle.create(keycloak)
    (tried,), (sent,) = harness.tried, harness.sent
    assert tried.url == f"{sent.url}/testSMTPConnection"
    assert sent.body
    assert tried.body == sent.body["smtpServer"]
    assert (tried.method, tried.repeatable, tried.secrets) == ("POST", False, (PASSWORD,))
    assert not harness.verifications


def test_nothing_is_sent_that_could_not_be_tried(
    harness: Harness, keycloak: dict[str, Any]
) -> None:
    """The settings in force stay."""
    harness.unverified = FAILED
    with pytest.raises(NotVerified, match="trying them on the platform"):
        harness.lifecycle.create(keycloak)
    assert not harness.sent


def test_the_same_settings_are_tried_once(harness: Harness, keycloak: dict[str, Any]) -> None:
    """Sending them again sends no second mail; having been tried from here does not count."""
    outputs = harness.lifecycle.create(keycloak)[1]
    harness.lifecycle.update(outputs, keycloak | {"triggers": ["again"]})
    assert (len(harness.tried), len(harness.sent)) == (1, 2)
    from_here = outputs | {"verify": "require"}
    harness.lifecycle.update(from_here, keycloak | {"triggers": ["once more"]})
    assert (len(harness.tried), len(harness.sent)) == (2, 3)


def test_a_secret_in_the_vault_can_be_tried(harness: Harness, keycloak: dict[str, Any]) -> None:
    """The server reads it, which this machine cannot."""
    vault = {"password": "${vault.smtp}"}
    assert not harness.lifecycle.check(keycloak | vault).problems
    assert harness.lifecycle.check(keycloak | vault | {"verify": "require"}).problems


@pytest.mark.parametrize("platform", ["ssms", "shift"])
def test_other_platforms_cannot_try(
    harness: Harness, keycloak: dict[str, Any], platform: str
) -> None:
    """A preview says so."""
    (problem,) = harness.lifecycle.check(keycloak | {"platform": platform}).problems
    assert problem.property == "verify"
