"""Credentials go only where their owner allows, and a preview says so first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.auth.destinations import problem
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.authorized_client.clients import open_client, platform_request
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator

CANARY = "c4n4ry"
HOST = "idp.example.com"
GOOD = {"token": "abc"}
CLIENT = {"clientId": "pulumi", "clientSecret": "secret"}
TOKEN_URL = "https://{tenantId}.login.example.com:8443/token"
LOGIN = CLIENT | {"tokenUrl": TOKEN_URL}
PLATFORMS = CLIENT | {"tokenUrl": "https://{hostname}/token"}

BINDINGS: dict[str, tuple[str, dict[str, Any], list[str], bool]] = {
    "host": ("shift", GOOD, [HOST], True),
    "host and port": ("shift", GOOD, [f"{HOST}:443"], True),
    "another port": ("shift", GOOD, [f"{HOST}:8443"], False),
    "domain above": ("shift", GOOD, ["*.example.com"], True),
    "domain itself": ("shift", GOOD, ["*.idp.example.com"], False),
    "any port": ("shift", GOOD, [f"{HOST}:*"], True),
    "nothing": ("shift", GOOD, [], False),
    "the platform's host on SSMS": ("ssms", GOOD, [HOST], False),
    "the tenant's host on SSMS": ("ssms", GOOD, [f"ACME.{HOST}"], True),
    "another tenant's host on SSMS": ("ssms", GOOD, [f"other.{HOST}"], False),
    "all tenants on SSMS": ("ssms", GOOD, [f"*.{HOST}"], True),
    "the platform's own token endpoint": ("shift", CLIENT, [HOST], True),
    "Keycloak's own token endpoint": ("keycloak", CLIENT, [HOST], True),
    "another token endpoint": ("shift", LOGIN, [HOST], False),
    "another port there": ("shift", LOGIN, [HOST, "acme.login.example.com"], False),
    "both hosts": ("shift", LOGIN, [HOST, "acme.login.example.com:8443"], True),
    "only the token endpoint": ("shift", LOGIN, ["acme.login.example.com:8443"], False),
    "an endpoint beside SSMS": ("ssms", PLATFORMS, [f"acme.{HOST}"], False),
    "both hosts on SSMS": ("ssms", PLATFORMS, [f"acme.{HOST}", HOST], True),
    "an unused token endpoint": ("shift", GOOD | {"tokenUrl": TOKEN_URL}, [HOST], True),
    "a name after the placeholder": (
        *("shift", CLIENT | {"tokenUrl": "https://{hostname}.evil.org/t"}),
        *([HOST], False),
    ),
    "a numeric token endpoint": (
        *("shift", CLIENT | {"tokenUrl": "https://0x7f.1/t"}),
        *([HOST, "127.0.0.1"], False),
    ),
}
"""The platform, the credentials, their `hostnames`, and whether they may be used for ACME."""


def told(emulator: Emulator, platform: str, sets: dict[str, Any], **settings: str) -> list[str]:
    """Return what a preview says of the credentials `prod`, after comparing it with the update."""
    request = platform_request(platform, "ACME", credentials="prod")
    tenant = {"platform": platform, "hostname": HOST, "tenantId": "ACME", "credentials": "prod"}
    mail = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
    with open_client(emulator, {"credentials": json.dumps(sets), **settings}) as client:
        problems = Lifecycle(client, lambda _: None).check(tenant | mail).problems
        said = []
        try:
            client.send(request)
        except ConfigurationError as error:
            said = [f"credentials: {error.happened} Next: {error.remedy}"]
            assert not emulator.requests
        except SmtpConfigError:
            assert emulator.requests  # what the platform answers does not matter here
    assert [str(each) for each in problems] == said
    return said


@pytest.mark.parametrize("case", BINDINGS)
def test_credentials_are_bound_to_every_host_that_they_are_sent_to(
    emulator: Emulator, case: str
) -> None:
    """The URL's host and port count, not the resource's; nothing is sent, and a preview knows."""
    platform, keys, hostnames, allowed = BINDINGS[case]
    said = told(emulator, platform, {"prod": {**keys, "hostnames": hostnames}})
    assert bool(said) != allowed
    assert bool(emulator.requests) == allowed


def test_without_hostnames_a_token_goes_to_the_tenants_host_alone(emulator: Emulator) -> None:
    """A secret goes to any token endpoint that its owner names."""
    assert not told(emulator, "shift", {"prod": GOOD})
    assert not told(emulator, "shift", {"prod": CLIENT | {"tokenUrl": TOKEN_URL}})
    request = platform_request()._replace(url="https://evil.example/x")
    with (
        open_client(emulator, {"token": CANARY}) as client,
        pytest.raises(ConfigurationError, match=r"may not be sent to https://evil\.example/x"),
    ):
        client.read(request)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://read.example.com/{tenantId}", True),
        ("https://READ.example.com.:0443/{tenantId}", True),
        ("https://read.example.com:8443/{tenantId}", False),
        ("https://{tenantId}.read.example.com/", False),
        ("https://{tenantId}.{hostname}/", True),
        ("https://{hostname}/", False),
        ("https://0x7f000001/", False),
        ("http://read.example.com/", False),
    ],
)
def test_a_preview_knows_where_settings_are_read(
    emulator: Emulator, url: str, *, allowed: bool
) -> None:
    """A token that may not go to `readUrl` is reported before a create reads there."""
    sets = {"prod": GOOD | {"hostnames": [f"ACME.{HOST}", "read.example.com"]}}
    tenant = {"platform": "ssms", "hostname": HOST, "tenantId": "ACME", "credentials": "prod"}
    mail = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
    with open_client(emulator, {"credentials": json.dumps(sets), "readUrl": url}) as client:
        problems = Lifecycle(client, lambda _: None).check(tenant | mail).problems
    assert bool(problems) != allowed
    assert allowed or "may not be sent to" in str(problems[0])


def test_the_error_for_another_host_names_credentials_host_and_key() -> None:
    """The owner of the credentials can add the host and port to `hostnames`."""
    config = stack_config(credentials={"prod": GOOD | {"hostnames": ["*.evil.org", HOST]}})
    request = platform_request(hostname=f"{HOST}:8443", credentials="prod")
    found = problem(config, "prod", [request])
    assert f'"prod" of smtpconfig:credentials may not be used for {HOST}:8443.' in found
    assert "`hostnames`, with its port unless that is 443" in found


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *(("", {"credentials": x}) for x in (CANARY, {"prod": {"tokn": CANARY}}, {})),
        *(("", {}), ("prod", {}), ("prod", {"credentials": {"prod": GOOD}})),
    ],
    ids=str,
)
def test_a_preview_has_no_problem_with_good_or_missing_credentials(
    name: str, settings: dict[str, object]
) -> None:
    """A pull request without secrets can be previewed, and the default set reads no named ones."""
    assert problem(stack_config(**settings), name, [platform_request(credentials=name)]) == ""


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        ("stage", {"prod": GOOD}),
        ("prod", {"prod": {}}),
        ("prod", {"prod": {"tokn": CANARY}}),
        ("prod", {"prod": GOOD | {"hostnames": [f"*{CANARY}"]}}),
        ("prod", CANARY),
    ],
    ids=str,
)
def test_a_preview_reports_wrong_credentials_before_the_tenant_is_known(
    name: str, credentials: object
) -> None:
    """Everything that needs no network is found before anything is sent."""
    found = problem(stack_config(credentials=credentials), name, [])
    assert " Next: " in found
    assert CANARY not in found
