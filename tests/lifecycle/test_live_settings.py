from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import ReadFailed, RealmGone, SmtpConfigError
from tests.lifecycle.sender import Harness

LIVE = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "port": "587"}


def reading(realm: dict[str, Any] | SmtpConfigError) -> Harness:
    """Return a harness that reads this realm."""
    harness = Harness()
    harness.settings = {"readBack": "admin"}
    harness.realm = realm
    return harness


@pytest.fixture
def state(acme: dict[str, Any]) -> dict[str, Any]:
    """The state of a tenant on SHIFT."""
    return acme | {"platform": "shift", "endpoint": "https://idp.example.com/x"}


def test_live_settings_are_read_in_the_form_of_the_state(state: dict[str, Any]) -> None:
    """Values get types, a missing one is empty, other keys are ignored, the password is kept."""
    live = LIVE | {"starttls": "true", "ssl": "", "debug": "true", "password": "**********"}
    read = reading({"smtpServer": live}).lifecycle.read(state)
    assert read is not None
    assert set(read.inputs) <= set(state)
    assert (read.inputs["port"], read.inputs["starttls"], read.inputs["ssl"]) == (587, True, False)
    assert read.inputs["password"] == state["password"]
    assert "user" not in read.inputs
    assert read.outputs == read.inputs | {"endpoint": state["endpoint"]}


def test_typed_values_are_read_like_text(state: dict[str, Any]) -> None:
    """587 and true mean the same as "587" and "true"."""
    text, typed = ({"starttls": "true", "port": "587"}, {"starttls": True, "port": 587})
    reads = [reading({"smtpServer": LIVE | live}).lifecycle.read(state) for live in (text, typed)]
    assert reads[0] == reads[1]


@pytest.mark.parametrize("realm", [{}, {"realm": "ACME"}, {"smtpServer": None}], ids=str)
def test_a_representation_without_the_map_is_an_error(
    state: dict[str, Any], realm: dict[str, Any]
) -> None:
    """The token lacks a role, which the error names; the realm may well have settings."""
    with pytest.raises(ReadFailed, match="view-realm"):
        reading(realm).lifecycle.read(state)


def test_an_empty_map_is_drift_on_shift_and_gone_on_keycloak(state: dict[str, Any]) -> None:
    """Only Keycloak documents what an empty map means."""
    lifecycle = reading({"smtpServer": {}}).lifecycle
    read = lifecycle.read(state)
    assert read is not None
    assert "host" not in read.inputs
    assert lifecycle.read(state | {"platform": "keycloak"}) is None


def test_a_realm_that_does_not_exist_is_gone(state: dict[str, Any]) -> None:
    """The platform's own message drops the resource from the state."""
    assert reading(RealmGone("Realm not found.", "create it.")).lifecycle.read(state) is None


def test_adopting_a_tenant_names_the_settings_that_are_replaced(acme: dict[str, Any]) -> None:
    """The warning shows none of their values."""
    live = LIVE | {"host": "old.example", "user": "old-user", "password": "**********"}
    harness = reading({"smtpServer": live})
    harness.lifecycle.create(acme | {"platform": "shift"})
    (warning,) = harness.warnings
    assert "were replaced: host, " in warning
    assert "user" in warning
    assert "old" not in warning


def test_a_delete_does_not_clear_what_was_just_set(acme: dict[str, Any]) -> None:
    """A rename without an alias creates before it deletes, and must not wipe the tenant."""
    harness = reading({"smtpServer": {}})
    _, outputs = harness.lifecycle.create(acme | {"platform": "keycloak", "onDelete": "clear"})
    harness.lifecycle.delete(outputs)
    assert any("just sent" in warning for warning in harness.warnings)
    assert len(harness.sent) == 1


def test_a_rename_without_an_alias_names_the_alias(acme: dict[str, Any]) -> None:
    """Whatever happens to the settings on delete, and on every platform."""
    harness = reading({"smtpServer": {}})
    _, outputs = harness.lifecycle.create(acme)
    harness.lifecycle.delete(outputs)
    assert 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])' in harness.warnings[-1]
    harness.lifecycle.delete(outputs | {"tenantId": "another"})
    assert "Alias" not in harness.warnings[-1]
