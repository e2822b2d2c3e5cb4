"""The resource on a real Keycloak, with tokens of the realm itself that live for seconds."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.errors import ReadFailed, Refused
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.keycloak import Keycloak

    Start = Callable[..., Lifecycle]

MASK = "*" * 10


@pytest.fixture
def told() -> list[str]:
    """What the user was told."""
    return []


@pytest.fixture
def start(keycloak: Keycloak, monkeypatch: pytest.MonkeyPatch, told: list[str]) -> Iterator[Start]:
    """Begin an operation with connection settings from variables."""
    cleanup = ExitStack()

    def operation(**variables: str) -> Lifecycle:
        monkeypatch.setenv("SMTPCONFIG_CA_BUNDLE", str(keycloak.ca_bundle))
        monkeypatch.setenv("SMTPCONFIG_RETRIES", "0")
        for name, value in variables.items():
            monkeypatch.setenv(f"SMTPCONFIG_{name}", value)
        connection = AuthorizedClient(Config(lambda _: None), told.append)
        cleanup.enter_context(closing(connection))
        return Lifecycle(connection, told.append)

    with cleanup:
        yield operation


@pytest.fixture
def lifecycle(keycloak: Keycloak, realm: str, start: Start) -> Lifecycle:
    """An operation with a client that may manage this realm and nothing else."""
    secret = keycloak.create_client(realm, "pulumi", ["manage-realm"])
    return start(CLIENT_ID="pulumi", CLIENT_SECRET=secret)


@pytest.fixture
def inputs(keycloak: Keycloak, realm: str, lifecycle: Lifecycle) -> dict[str, Any]:
    """The checked inputs of a resource for the realm."""
    checked = lifecycle.check(
        {
            "platform": "keycloak",
            "hostname": f"localhost:{keycloak.address.rpartition(':')[2]}",
            "tenantId": realm,
            "host": "smtp.acme.example",
            "from": "no-reply@acme.example",
            "fromDisplayName": 'Acme "Ümlaut"',
            "user": "acme",
            "password": "a password",
        }
    )
    assert not checked.problems
    return checked.inputs


def test_nothing_but_the_mail_settings_of_the_realm_changes(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any]
) -> None:
    """The whole representation is the same before and after, except for `smtpServer`."""
    before = keycloak.realm(realm)
    lifecycle.create(inputs)
    after = keycloak.realm(realm)
    assert {key for key in before | after if before.get(key) != after.get(key)} == {"smtpServer"}
    assert after["smtpServer"] == {
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "fromDisplayName": 'Acme "Ümlaut"',
        "port": "587",
        "starttls": "true",
        "ssl": "false",
        "auth": "true",
        "authType": "basic",
        "user": "acme",
        "password": MASK,
    }


def test_what_was_set_is_what_is_read(lifecycle: Lifecycle, inputs: dict[str, Any]) -> None:
    """After a create, a refresh finds no drift, number for number."""
    _, outputs = lifecycle.create(inputs)
    read = lifecycle.read(outputs)
    assert read is not None
    assert (read.outputs, read.inputs) == (outputs, inputs)


def test_keys_of_others_survive_and_the_mask_is_never_written(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any], told: list[str]
) -> None:
    """An update reads, merges and writes; a resource without a login leaves none behind."""
    others = {"allowutf8": "true", "debug": "true", "connectionTimeout": "5000"}
    keycloak.set_smtp(realm, {"host": "old", "from": "a@b.example", **others})
    _, outputs = lifecycle.create(inputs)
    assert others.items() <= keycloak.smtp(realm).items()
    assert any("were replaced: authType, host, from, " in line for line in told)
    without_login = {key: inputs[key] for key in inputs if key not in {"user", "password"}}
    lifecycle.update(outputs, without_login)
    live = keycloak.smtp(realm)
    assert others.items() <= live.items()
    assert not {"auth", "authType", "user", "password"} & live.keys()


def test_a_preview_tells_what_an_existing_realm_has(
    keycloak: Keycloak, realm: str, start: Start, inputs: dict[str, Any], told: list[str]
) -> None:
    """Nothing yet, something else, or the same; it changes nothing, and an up repeats nothing."""
    start().check(inputs, is_new=True)
    keycloak.set_smtp(realm, {"host": "old.example", "from": "a@b.example", "port": "25"})
    before = keycloak.realm(realm)
    start().check(inputs, is_new=True)
    assert keycloak.realm(realm) == before
    up = start()
    up.create(up.check(inputs, is_new=True).inputs)
    start().check(inputs, is_new=True)
    nothing, preview, again, same = told
    assert nothing == f'Tenant "{realm}" on {inputs["hostname"]} has no mail settings yet.'
    assert 'replaces authType: "none" -> "basic", host: "old.example" -> "smtp.acme' in preview
    assert 'fromDisplayName: (none) -> "Acme "Ümlaut"", user: (none) -> "acme". ' in preview
    assert again == preview
    assert same.endswith("sends them again, because the password cannot be compared.")


def test_a_preview_of_a_realm_that_cannot_be_read_says_nothing(
    keycloak: Keycloak, realm: str, start: Start, inputs: dict[str, Any], told: list[str]
) -> None:
    """Without the role, with a wrong secret, and before the realm exists."""
    secret = keycloak.create_client(realm, "nobody")
    start(CLIENT_ID="nobody", CLIENT_SECRET=secret).check(inputs, is_new=True)
    start(CLIENT_SECRET="wrong").check(inputs, is_new=True)
    start().check(inputs | {"tenantId": "nowhere"}, is_new=True)
    assert not told


def test_drift_is_read_by_name_and_put_right(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any]
) -> None:
    """What an administrator changes shows in a refresh, and the next update undoes it."""
    _, outputs = lifecycle.create(inputs)
    keycloak.set_smtp(realm, keycloak.smtp(realm) | {"host": "other.example", "starttls": "false"})
    read = lifecycle.read(outputs)
    assert read is not None
    assert (read.outputs["host"], read.outputs["starttls"]) == ("other.example", False)
    assert lifecycle.diff(read.outputs, inputs).changes == ["host", "starttls"]
    lifecycle.update(read.outputs, inputs)
    assert keycloak.smtp(realm)["host"] == "smtp.acme.example"


def test_an_empty_map_and_a_missing_realm_are_gone(
    keycloak: Keycloak, realm: str, lifecycle: Lifecycle, inputs: dict[str, Any]
) -> None:
    """Where the platform is sure to have nothing, the next up creates it."""
    _, outputs = lifecycle.create(inputs)
    keycloak.set_smtp(realm, {})
    assert lifecycle.read(outputs) is None


def test_clear_empties_the_map_and_forgives_a_realm_that_is_gone(
    keycloak: Keycloak, realm: str, start: Start, inputs: dict[str, Any]
) -> None:
    """`onDelete="clear"` removes all settings; without a realm there is nothing left to do."""
    _, outputs = start().create(inputs | {"onDelete": "clear"})
    start().delete(outputs)
    assert keycloak.smtp(realm) == {}
    keycloak.delete_realm(realm)
    start().delete(outputs)
    keycloak.create_realm(realm)


def test_a_token_is_renewed_when_it_has_expired(
    keycloak: Keycloak, start: Start, inputs: dict[str, Any]
) -> None:
    """With a life of three seconds, an operation of more needs another token and takes it."""
    keycloak.create_realm("short-lived", access_token_lifespan=3)
    secret = keycloak.create_client("short-lived", "pulumi", ["manage-realm"])
    lifecycle = start(CLIENT_SECRET=secret)
    _, outputs = lifecycle.create(inputs | {"tenantId": "short-lived"})
    time.sleep(4)
    lifecycle.update(outputs, inputs | {"tenantId": "short-lived", "host": "new.acme.example"})
    assert keycloak.smtp("short-lived")["host"] == "new.acme.example"
    keycloak.delete_realm("short-lived")


def test_the_password_grant_works_as_well(
    keycloak: Keycloak, realm: str, start: Start, inputs: dict[str, Any]
) -> None:
    """A user with the role may set the mail of the realm."""
    keycloak.create_user(realm, "ann", "p ü&", ["manage-realm"])
    lifecycle = start(OAUTH_USERNAME="ann", OAUTH_PASSWORD="p ü&")
    lifecycle.create(inputs)
    assert keycloak.smtp(realm)["host"] == "smtp.acme.example"


def test_missing_rights_are_an_error_that_names_the_role(
    keycloak: Keycloak, realm: str, start: Start, inputs: dict[str, Any]
) -> None:
    """A refresh that may not read fails, so that no nightly job stays green for ever."""
    _, outputs = start().create(inputs)
    secret = keycloak.create_client(realm, "nobody")
    powerless = start(CLIENT_ID="nobody", CLIENT_SECRET=secret)
    with pytest.raises(ReadFailed, match="the role view-realm"):
        powerless.read(outputs)
    secret = keycloak.create_client(realm, "viewer", ["view-realm"])
    viewer = start(CLIENT_ID="viewer", CLIENT_SECRET=secret)
    assert viewer.read(outputs) is not None
    with pytest.raises(Refused, match="403 Forbidden"):
        viewer.update(outputs, inputs | {"host": "new.acme.example"})


def test_a_wrong_path_a_wrong_realm_and_a_wrong_secret_are_errors(
    start: Start, inputs: dict[str, Any]
) -> None:
    """State is dropped for none of them, and each says what to look at."""
    with pytest.raises(ReadFailed, match="404 Not Found"):
        start().read(inputs | {"basePath": "/auth"})
    with pytest.raises(ReadFailed, match="Realm does not exist"):
        start().read(inputs | {"tenantId": "nowhere"})
    with pytest.raises(ReadFailed, match=r"invalid_client|unauthorized_client"):
        start(CLIENT_SECRET="wrong").create(inputs)


def test_an_older_path_and_a_token_of_the_master_realm(
    keycloak_below_auth: Keycloak, start: Start, inputs: dict[str, Any]
) -> None:
    """`basePath` leads to an API below /auth, and `tokenUrl` to another realm's tokens."""
    older = keycloak_below_auth
    older.create_realm("acme")
    secret = older.create_client("master", "operator", ["manage-realm"], of="acme-realm")
    lifecycle = start(
        CA_BUNDLE=str(older.ca_bundle),
        CLIENT_ID="operator",
        CLIENT_SECRET=secret,
        TOKEN_URL="https://{hostname}/auth/realms/master/protocol/openid-connect/token",
    )
    hostname = f"localhost:{older.address.rpartition(':')[2]}"
    there = {"hostname": hostname, "basePath": "/auth", "tenantId": "acme"}
    id_, outputs = lifecycle.create(inputs | there | {"onDelete": "clear"})
    assert id_ == f"keycloak/{hostname}/auth/acme"
    assert older.smtp("acme")["host"] == "smtp.acme.example"
    older.delete_realm("acme")
    assert lifecycle.read(outputs) is None
    lifecycle.delete(outputs)
