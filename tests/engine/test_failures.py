from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import UP

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

REFUSED = Fault(400, '{"message": "Not today.", "status": "BAD_REQUEST", "subSystem": 8}')
LOST = Fault(cut="header", applied=True)


def mail(stack: Stack) -> dict[str, Any]:
    """Return what the state holds of the resource, or nothing."""
    resources = stack.exported()["deployment"]["resources"]
    return next((r for r in resources if r["type"].endswith(":SmtpConfig")), {})


def test_a_failed_create_leaves_no_resource_and_the_next_up_creates_it(
    quickstart: Stack, emulator: Emulator
) -> None:
    """What the platform refused is not in the state, so that it is tried again."""
    emulator.order(REFUSED)
    output, status = quickstart.run(*UP)
    assert status
    assert 'The platform answered 400 Bad Request: "BAD_REQUEST: Not today."' in output
    assert not mail(quickstart)
    quickstart.must(*UP)
    assert "ACME" in emulator.tenants


def test_a_failed_update_leaves_the_old_state_and_the_next_up_tries_again(
    quickstart: Stack, emulator: Emulator
) -> None:
    """The state goes on to say what the platform has, so that the change is sent again."""
    quickstart.must(*UP)
    emulator.order(REFUSED)
    quickstart.configure(fromDisplayName="Acme")
    assert quickstart.run(*UP).status
    assert "fromDisplayName" not in mail(quickstart)["outputs"]
    quickstart.must(*UP)
    assert emulator.tenants["ACME"]["fromDisplayName"] == "Acme"


def test_the_way_back_from_an_unknown_outcome_is_the_one_that_the_error_names(
    quickstart: Stack, emulator: Emulator
) -> None:
    """After a lost answer a reverted program alone sends nothing, and with `--replace` it does."""
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


def test_without_a_token_only_what_sends_fails(quickstart: Stack, emulator: Emulator) -> None:
    """A preview, a refresh and a destroy need no token; an up names both ways to set it."""
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
    """The user mends all mistakes at once, and reads each by its property."""
    quickstart.configure(hostname="https://idp.example.com/auth", smtpUser=" ", **{"from": "acme"})
    quickstart.configure_secret("smtpPassword", "**********")
    output, status = quickstart.run("preview")
    assert status
    for property_ in ("hostname", "from", "password"):
        assert f"has a problem: {property_}: " in output
    assert "**********" not in output
    assert not emulator.requests


@pytest.mark.parametrize("variable", ["SMTPCONFIG_TIMEOUT", "SMTPCONFIG_CA_BUNDLE"])
def test_a_bad_connection_setting_blocks_no_destroy(
    quickstart: Stack, emulator: Emulator, variable: str
) -> None:
    """What an operation does not need it does not read."""
    quickstart.must(*UP)
    quickstart.environment[variable] = "nonsense"
    output, status = quickstart.run(*UP, "--replace", "**SmtpConfig**")
    assert status
    assert variable in output
    quickstart.must("destroy", "--yes")
    assert len(emulator.requests) == 1
