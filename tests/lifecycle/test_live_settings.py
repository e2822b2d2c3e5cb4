"""What a tenant has now, as a lifecycle reads it and tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import ReadFailed, RealmGone, SmtpConfigError
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.lifecycle.sender import KeepingSender

ADMIN = "https://idp.example.com/auth/admin/realms/ACME"
LIVE = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "port": "587"}


def reading(realm: dict[str, Any] | SmtpConfigError, told: list[str] | None = None) -> Lifecycle:
    """Return a lifecycle with reading on, whose tenant is this realm."""
    sender = KeepingSender()
    sender.settings = {"readBack": "admin"}
    sender.realm = realm
    return Lifecycle(sender, (told if told is not None else []).append)


@pytest.fixture
def state(acme: dict[str, Any]) -> dict[str, Any]:
    """The state of a tenant on SHIFT."""
    return acme | {"platform": "shift", "endpoint": "https://idp.example.com/x"}


def test_live_settings_are_read_in_the_stored_form(state: dict[str, Any]) -> None:
    """Text is number and boolean, absent is empty, other keys are not ours, the password stays."""
    live = LIVE | {"starttls": "true", "ssl": "", "debug": "true", "password": "**********"}
    read = reading({"smtpServer": live}).read(state)
    assert read is not None
    assert {key: value for key, value in read.inputs.items() if key not in state} == {}
    assert (read.inputs["port"], read.inputs["starttls"], read.inputs["ssl"]) == (587, True, False)
    assert read.inputs["password"] == state["password"]
    assert "user" not in read.inputs
    assert read.outputs == read.inputs | {"endpoint": state["endpoint"]}


def test_typed_values_are_read_as_their_texts(state: dict[str, Any]) -> None:
    """587 and true mean what "587" and "true" mean."""
    live = LIVE | {"starttls": "true", "port": "587"}
    typed = live | {"starttls": True, "port": 587}
    assert reading({"smtpServer": typed}).read(state) == reading({"smtpServer": live}).read(state)


@pytest.mark.parametrize("realm", [{}, {"realm": "ACME"}, {"smtpServer": None}], ids=str)
def test_a_representation_without_the_map_cannot_tell(
    state: dict[str, Any], realm: dict[str, Any]
) -> None:
    """That is an error that names the role, never a realm without settings."""
    with pytest.raises(ReadFailed, match="view-realm"):
        reading(realm).read(state)


def test_an_empty_map_is_drift_on_shift_and_gone_on_keycloak(state: dict[str, Any]) -> None:
    """What SHIFT answers is only inferred; Keycloak is sure."""
    empty: dict[str, Any] = {"smtpServer": {}}
    read = reading(empty).read(state)
    assert read is not None
    assert "host" not in read.inputs
    assert reading(empty).read(state | {"platform": "keycloak"}) is None


def test_a_realm_that_does_not_exist_is_gone(state: dict[str, Any]) -> None:
    """Only the platform's own word for it drops the state."""
    assert reading(RealmGone("Realm not found.", "create it.")).read(state) is None


def test_adopting_a_tenant_names_what_is_replaced(acme: dict[str, Any]) -> None:
    """The user reads which settings others had made, and none of their values."""
    told: list[str] = []
    live = LIVE | {"host": "old.example", "user": "old-user", "password": "**********"}
    reading({"smtpServer": live}, told).create(acme | {"platform": "shift"})
    (line,) = told
    assert "are replaced: host, " in line
    assert "user" in line
    assert "old" not in line


def test_a_delete_never_clears_what_was_just_set(acme: dict[str, Any]) -> None:
    """A rename without an alias creates before it deletes, and wipes nothing."""
    told: list[str] = []
    lifecycle = reading({"smtpServer": {}}, told)
    keycloak = acme | {"platform": "keycloak", "onDelete": "clear"}
    _, outputs = lifecycle.create(keycloak)
    lifecycle.delete(outputs)
    assert any("just sent" in line for line in told)
    sender = lifecycle._sender
    assert isinstance(sender, KeepingSender)
    assert len(sender.sent) == 1


@pytest.mark.parametrize(
    ("properties", "property_"),
    [
        ({"platform": "shift", "onDelete": "clear"}, "onDelete"),
        ({"platform": "ssms", "onDelete": "clear"}, "onDelete"),
        ({"platform": "shift", "basePath": "/auth"}, "basePath"),
        ({"platform": "keycloak", "basePath": "auth"}, "basePath"),
        ({"platform": "keycloak", "basePath": "/auth/"}, "basePath"),
        ({"platform": "keycloak", "onDelete": "wipe"}, "onDelete"),
    ],
    ids=str,
)
def test_what_a_platform_cannot_do_is_refused_at_preview(
    acme: dict[str, Any], properties: dict[str, Any], property_: str
) -> None:
    """The problem is on the property that asks for it."""
    problems = reading({}).check(acme | properties).problems
    assert [problem.property for problem in problems] == [property_]


def test_what_clears_is_deleted_before_its_replacement(acme: dict[str, Any]) -> None:
    """Else the old resource would clear what the new one has set."""
    keycloak = acme | {"platform": "keycloak", "onDelete": "clear"}
    assert reading({}).diff(keycloak, keycloak | {"tenantId": "b"}).delete_before_replace
    assert not reading({}).diff(acme, acme | {"tenantId": "b"}).delete_before_replace
