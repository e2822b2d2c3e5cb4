"""Reading over a connection: where a token may go, and what a failure says."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.connection import Connection
from pulumi_smtpconfig.errors import ConfigurationError, ReadFailed, RealmGone
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator

OWN = "https://{tenantId}.{hostname}/auth/admin/realms/{tenantId}"


@pytest.fixture
def config(emulator: Emulator) -> dict[str, str]:
    """The config of a stack that reads SSMS at the tenant's own host."""
    keys = {"token": "TOKEN", "caBundle": "CA_BUNDLE", "connectTo": "CONNECT_TO"}
    found = {key: emulator.environment[f"SMTPCONFIG_{name}"] for key, name in keys.items()}
    return found | {"readUrl": OWN, "retries": "0"}


@pytest.fixture
def lifecycle(config: dict[str, str]) -> Iterator[Lifecycle]:
    """A lifecycle over a real connection."""
    namespaced = Config(lambda key: config.get(key.removeprefix("smtpconfig:")))
    with closing(Connection(namespaced, lambda _: None)) as connection:
        yield Lifecycle(connection, lambda _: None)


def test_ssms_is_read_at_the_url_that_the_user_gives(
    lifecycle: Lifecycle, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """With a URL on the tenant's host, drift is seen."""
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
    lifecycle: Lifecycle,
    config: dict[str, str],
    emulator: Emulator,
    acme: dict[str, Any],
    url: str,
) -> None:
    """Reading elsewhere takes credentials whose `hostnames` allow it."""
    config["readUrl"] = url
    with pytest.raises(ConfigurationError, match="may not be sent to"):
        lifecycle.read(acme)
    assert not emulator.requests


def test_hostnames_allow_another_host(
    lifecycle: Lifecycle, config: dict[str, str], emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The owner of the credentials decides where they go."""
    config["readUrl"] = "https://idp.example.com/auth/admin/realms/{tenantId}"
    config["credentials"] = (
        f'{{"x": {{"token": "{emulator.token}", "hostnames": ["idp.example.com"]}}}}'
    )
    read = lifecycle.read(acme | {"credentials": "x"})
    assert read is not None


def test_missing_rights_and_bad_tokens_say_what_to_do(
    lifecycle: Lifecycle, config: dict[str, str], emulator: Emulator, acme: dict[str, Any]
) -> None:
    """403 names the role; 401 names `--run-program` and the variables."""
    emulator.role = None
    with pytest.raises(ReadFailed, match="role view-realm"):
        lifecycle.read(acme)
    emulator.role = "query-realms"
    with pytest.raises(ReadFailed, match="view-realm"):
        lifecycle.read(acme)
    emulator.role = "view-realm"
    config["token"] = "stale-token"
    with pytest.raises(ReadFailed, match=r"--run-program.*SMTPCONFIG_TOKEN"):
        lifecycle.read(acme)


def test_gone_is_the_realms_own_word_alone(
    lifecycle: Lifecycle, config: dict[str, str], acme: dict[str, Any]
) -> None:
    """Another 404, as from a wrong path, is an error and drops no state."""
    config["readUrl"] = "https://{tenantId}.{hostname}/auth/nowhere"
    with pytest.raises(ReadFailed, match="404 Not Found") as caught:
        lifecycle.read(acme)
    assert not isinstance(caught.value, RealmGone)
