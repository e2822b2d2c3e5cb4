"""`smtpconfig show` without a result: the error and the exit code."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.cli.command import document, smtpconfig
from tests.cli.test_show import show


@pytest.mark.parametrize(
    ("variables", "code", "text"),
    [
        ({"SMTPCONFIG_READ_BACK": ""}, 3, "set SMTPCONFIG_READ_BACK to admin"),
        ({"SMTPCONFIG_TOKEN": ""}, 3, "set the environment variable SMTPCONFIG_TOKEN"),
        ({"SMTPCONFIG_TIMEOUT": "soon"}, 3, "SMTPCONFIG_TIMEOUT is 'soon'"),
        ({"SMTPCONFIG_CONNECT_TO": "127.0.0.1:1"}, 3, "not reached"),
        ({"SMTPCONFIG_TOKEN": "c4n4ry"}, 1, "new token for this tenant in SMTPCONFIG_TOKEN"),
    ],
    ids=["reading not enabled", "no token", "bad setting", "no connection", "bad token"],
)
def test_each_failure_has_an_exit_code_and_a_remedy(
    emulator: Emulator, variables: dict[str, str], code: int, text: str
) -> None:
    """The remedy names environment variables, as there is no stack; JSON has it too."""
    result = show(emulator, "--json", **variables)
    assert result.exit_code == code
    assert text in result.stderr
    shown = document(result)
    assert shown["settings"] is None
    assert text in shown["happened"] + shown["remedy"]


def test_a_refusal_has_exit_code_1(emulator: Emulator) -> None:
    """A missing role and a missing realm are answers of the platform."""
    emulator.role = None
    with Emulator(tenants=["other"]) as without_realm:
        for platform, text in ((emulator, "view-realm"), (without_realm, "Realm not found.")):
            refused = show(platform)
            assert (refused.exit_code, refused.stdout) == (1, "")
            assert text in refused.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"--platform": "c4n4ry"}, "--platform: "),
        ({"--hostname": "https://idp.example.com"}, "--hostname: must be a host name"),
        ({"--platform": "ssms", "--tenant-id": "a_b"}, "--tenant-id: must be a DNS label"),
        ({"--base-path": "/auth"}, "--base-path: is for Keycloak"),
        ({"--tenant-id": ""}, "--tenant-id: is required"),
    ],
    ids=str,
)
def test_an_invalid_option_is_reported_without_a_request(
    options: dict[str, str], text: str
) -> None:
    """The message is that of a preview but for the name of the option; the exit code is 2."""
    valid = {"--platform": "shift", "--hostname": "idp.example.com", "--tenant-id": "acme"}
    result = smtpconfig("show", *(part for pair in (valid | options).items() for part in pair))
    assert result.exit_code == 2
    assert text in result.stderr
    assert "Connecting to" not in result.stderr


def test_named_credentials_are_used(emulator: Emulator) -> None:
    """A set from SMTPCONFIG_CREDENTIALS works only for its hosts."""
    sets = '{"x": {"token": "%s", "hostnames": ["%s"]}}'
    for host, code in (("idp.example.com", 0), ("elsewhere.example", 3)):
        variables = {"SMTPCONFIG_CREDENTIALS": sets % (emulator.token, host)}
        result = show(emulator, "--credentials", "x", SMTPCONFIG_TOKEN="", **variables)
        assert result.exit_code == code
