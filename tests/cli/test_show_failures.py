"""`smtpconfig show` where there is nothing to show: why, what to do, and which exit code."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.cli.command import document, smtpconfig
from tests.cli.test_show import show


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ({"SMTPCONFIG_READ_BACK": ""}, 3, "set SMTPCONFIG_READ_BACK to admin"),
        ({"SMTPCONFIG_TOKEN": ""}, 3, "set the environment variable SMTPCONFIG_TOKEN"),
        ({"SMTPCONFIG_TIMEOUT": "soon"}, 3, "SMTPCONFIG_TIMEOUT is 'soon'"),
        ({"SMTPCONFIG_CONNECT_TO": "127.0.0.1:1"}, 3, "not reached"),
        ({"SMTPCONFIG_TOKEN": "c4n4ry"}, 1, "new token for this tenant in SMTPCONFIG_TOKEN"),
    ],
    ids=["reading is off", "no token", "wrong setting", "no connection", "wrong token"],
)
def test_each_failure_has_its_code_and_its_way_out(
    emulator: Emulator, variables: dict[str, str], code: int, words: str
) -> None:
    """The way out speaks of variables, as there is no stack; machines are told the same."""
    result = show(emulator, "--json", **variables)
    assert result.exit_code == code
    assert words in result.stderr
    told = document(result)
    assert told["settings"] is None
    assert words in told["happened"] + told["remedy"]


def test_a_missing_role_and_a_missing_realm_are_the_platforms_no(emulator: Emulator) -> None:
    """1 says that the platform was asked."""
    emulator.role = None
    denied = show(emulator)
    assert denied.exit_code == 1
    assert "view-realm" in denied.stderr
    assert denied.stdout == ""


def test_a_realm_that_does_not_exist_is_told() -> None:
    """In the platform's own words."""
    with Emulator(tenants=["other"]) as emulator:
        gone = show(emulator)
    assert gone.exit_code == 1
    assert "Realm not found." in gone.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"--platform": "c4n4ry"}, "platform: "),
        ({"--hostname": "https://idp.example.com"}, "hostname: must be a host name"),
        ({"--platform": "ssms", "--tenant-id": "a_b"}, "tenantId: must be a DNS label"),
        ({"--base-path": "/auth"}, "basePath: is for Keycloak"),
        ({"--tenant-id": ""}, "tenantId: is required"),
    ],
    ids=str,
)
def test_an_option_that_cannot_be_right_is_told_before_anybody_is_asked(
    options: dict[str, str], words: str
) -> None:
    """As a program's preview says it, with exit code 2."""
    right = {"--platform": "shift", "--hostname": "idp.example.com", "--tenant-id": "acme"}
    result = smtpconfig("show", *(part for pair in (right | options).items() for part in pair))
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Talking to" not in result.stderr


def test_named_credentials_are_used(emulator: Emulator) -> None:
    """A set of SMTPCONFIG_CREDENTIALS, and no other host than it allows."""
    sets = '{"x": {"token": "%s", "hostnames": ["%s"]}}'
    for host, code in (("idp.example.com", 0), ("elsewhere.example", 3)):
        variables = {"SMTPCONFIG_CREDENTIALS": sets % (emulator.token, host)}
        result = show(emulator, "--credentials", "x", SMTPCONFIG_TOKEN="", **variables)
        assert result.exit_code == code
