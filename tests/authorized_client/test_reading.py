from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import ConfigurationError, ReadFailed, RealmGone
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.authorized_client.clients import open_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator

OWN_HOST = "https://{tenantId}.{hostname}/auth/admin/realms/{tenantId}"


@contextmanager
def open_lifecycle(emulator: Emulator, **settings: object) -> Iterator[Lifecycle]:
    """Open a lifecycle that reads SSMS at the tenant's own host, unless settings differ."""
    own = {"token": emulator.token, "readUrl": OWN_HOST}
    with open_client(emulator, {**own, **settings}) as client:
        yield Lifecycle(client, lambda _: None)


def test_ssms_is_read_at_the_configured_url(emulator: Emulator, acme: dict[str, Any]) -> None:
    """With a URL on the tenant's host, a refresh finds drift."""
    with open_lifecycle(emulator) as lifecycle:
        _, outputs = lifecycle.create(acme)
        emulator.tenants["ACME"]["host"] = "smtp.somewhere.example"
        read = lifecycle.read(outputs)
    assert read is not None
    assert read.outputs["host"] == "smtp.somewhere.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/{tenantId}",
        "https://idp.example.com/{tenantId}",
        "http://{tenantId}.{hostname}/x",
        "https://user@{tenantId}.{hostname}/x",
        "https://{tenantId}.{hostname}:444/x",
    ],
)
def test_a_token_is_sent_to_no_other_host(
    emulator: Emulator, acme: dict[str, Any], url: str
) -> None:
    """Reading elsewhere needs credentials whose `hostnames` allow it."""
    with (
        open_lifecycle(emulator, readUrl=url) as lifecycle,
        pytest.raises(ConfigurationError, match="may not be sent to"),
    ):
        lifecycle.read(acme)
    assert not emulator.requests


def test_hostnames_allow_another_host(emulator: Emulator, acme: dict[str, Any]) -> None:
    """The owner of the credentials decides where they go."""
    settings = {
        "readUrl": "https://idp.example.com/auth/admin/realms/{tenantId}",
        "credentials": {"x": {"token": emulator.token, "hostnames": ["idp.example.com"]}},
    }
    with open_lifecycle(emulator, **settings) as lifecycle:
        assert lifecycle.read(acme | {"credentials": "x"}) is not None


@pytest.mark.parametrize("role", [None, "query-realms"])
def test_the_error_for_a_missing_role_names_the_role(
    emulator: Emulator, acme: dict[str, Any], role: Any
) -> None:
    """The platform refuses the read, or leaves the mail settings out."""
    emulator.role = role
    with (
        open_lifecycle(emulator) as lifecycle,
        pytest.raises(ReadFailed, match="role view-realm"),
    ):
        lifecycle.read(acme)


def test_the_error_for_a_refused_token_says_how_to_give_a_new_one(
    emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A refresh uses the config of the last update, so a new token needs a flag or a variable."""
    with (
        open_lifecycle(emulator, token="stale-token") as lifecycle,
        pytest.raises(ReadFailed, match=r"--run-program.*SMTPCONFIG_TOKEN"),
    ):
        lifecycle.read(acme)


def test_only_the_platforms_own_message_means_that_a_realm_is_gone(
    emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Another 404, as from a wrong path, is an error and drops no state."""
    with (
        open_lifecycle(emulator, readUrl="https://{tenantId}.{hostname}/auth/nowhere") as lifecycle,
        pytest.raises(ReadFailed, match="404 Not Found") as caught,
    ):
        lifecycle.read(acme)
    assert not isinstance(caught.value, RealmGone)
