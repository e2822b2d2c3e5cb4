from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import MAIL, UP, declare, without_interruption

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

REFUSED = Fault(400, '{"message": "Not today.", "status": "BAD_REQUEST", "subSystem": 8}')
LOST = Fault(cut="header", applied=True)


KEYCLOAK = {"platform": "keycloak", "base_path": "/auth", "on_delete": "clear"}
FOREIGN_LINE = re.compile(r'Traceback|File "|\.py\b|^\s+(?:raise|return) ', re.MULTILINE)


def mail(stack: Stack) -> dict[str, Any]:
    """Return the resource in the state, or nothing."""
    resources = stack.exported()["deployment"]["resources"]
    return next((r for r in resources if r["type"].endswith(":SmtpConfig")), {})


def test_a_failed_create_leaves_no_resource_and_the_next_up_creates_it(
    quickstart: Stack, emulator: Emulator
) -> None:
    """Refused settings are not in the state."""
    emulator.order(REFUSED)
    output, status = quickstart.run(*UP)
    assert status
    assert 'The platform answered 400 Bad Request: "BAD_REQUEST: Not today."' in output
    assert not mail(quickstart)
    quickstart.must(*UP)
    assert "ACME" in emulator.tenants


def test_a_failed_update_keeps_the_old_state_and_the_next_up_tries_again(
    quickstart: Stack, emulator: Emulator
) -> None:
    """The state still has what the platform has."""
    quickstart.must(*UP)
    emulator.order(REFUSED)
    quickstart.configure(fromDisplayName="Acme")
    assert quickstart.run(*UP).status
    assert "fromDisplayName" not in mail(quickstart)["outputs"]
    quickstart.must(*UP)
    assert emulator.tenants["ACME"]["fromDisplayName"] == "Acme"


def test_an_unknown_outcome_is_reverted_as_its_error_says(
    quickstart: Stack, emulator: Emulator
) -> None:
    """After a lost response a reverted program sends nothing, unless `--replace` is given."""
    quickstart.environment["SMTPCONFIG_RETRIES"] = "0"
    quickstart.must(*UP)
    emulator.order(LOST)
    quickstart.configure(fromDisplayName="Acme")
    output, status = quickstart.run(*UP)
    assert status
    assert "the platform may have the old ones or the new ones" in output
    assert "`pulumi up --replace URN`" in output
    quickstart.must("config", "rm", "fromDisplayName")
    quickstart.must(*UP, "--expect-no-changes")
    assert emulator.tenants["ACME"]["fromDisplayName"] == "Acme"
    quickstart.must(*UP, "--replace", mail(quickstart)["urn"])
    assert emulator.tenants["ACME"]["fromDisplayName"] == ""


def test_without_a_token_only_an_update_fails(quickstart: Stack, emulator: Emulator) -> None:
    """Preview, refresh and destroy need no token; the error names both ways to set it."""
    quickstart.must(*UP)
    del quickstart.environment["SMTPCONFIG_TOKEN"]
    quickstart.configure(fromDisplayName="Acme")
    quickstart.must("preview")
    output, status = quickstart.run(*UP)
    assert status
    assert "pulumi config set --secret smtpconfig:token" in output
    assert "SMTPCONFIG_TOKEN" in output
    quickstart.must("refresh", "--yes")
    quickstart.must("destroy", "--yes")
    assert len(emulator.requests) == 1


def test_a_preview_reports_every_problem_without_a_value(
    quickstart: Stack, emulator: Emulator
) -> None:
    """Each problem names its argument, so the user corrects all of them at once."""
    quickstart.configure(hostname="https://idp.example.com/auth", smtpUser=" ", **{"from": "acme"})
    quickstart.configure_secret("smtpPassword", "**********")
    output, status = quickstart.run("preview")
    assert status
    for argument in ("hostname", "from_", "password"):
        assert re.search(rf"^ +{argument}: ", output, re.MULTILINE)
    assert "**********" not in output
    assert not emulator.requests


@pytest.mark.parametrize("variable", ["SMTPCONFIG_TIMEOUT", "SMTPCONFIG_CA_BUNDLE"])
def test_a_bad_connection_setting_does_not_block_a_destroy(
    quickstart: Stack, emulator: Emulator, variable: str
) -> None:
    """An operation reads only the settings that it needs."""
    quickstart.must(*UP)
    quickstart.environment[variable] = "nonsense"
    output, status = quickstart.run(*UP, "--replace", "**SmtpConfig**")
    assert status
    assert variable in output
    quickstart.must("destroy", "--yes")
    assert len(emulator.requests) == 1


def test_a_failure_shows_no_traceback(declared: Stack, emulator: Emulator) -> None:
    """No line of a failed up, refresh or destroy is Python's, or names a file of the provider."""
    declare(declared, {"mail": MAIL | KEYCLOAK})
    declared.environment["SMTPCONFIG_PREVIEW_READS"] = "off"  # the faults are for what follows
    emulator.tenants["acme"] = {}
    failed = []
    for command, fault in {
        UP: Fault(400),
        ("refresh", "--yes"): Fault(400, on="read"),
        ("destroy", "--yes"): Fault(400),
    }.items():
        emulator.order(fault)
        failed.append(declared.run(*command))
        declared.must(*UP, "--replace", "**SmtpConfig**")
    for output, status in failed:
        assert status
        assert 'Mail settings of tenant "acme": ' in output
        assert not FOREIGN_LINE.search(without_interruption(output)), output
