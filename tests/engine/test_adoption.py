"""What a preview tells of tenants that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.conftest import MAIL, UP, declare

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

LIVE = {"host": "old.example", "from": "no-reply@acme.example", "user": "old-canary"}
MARKED = {"user": "new-canary", "password": "pw-canary"}
TOLD = (
    'warning: Tenant "acme" on idp.example.com already has mail settings. `pulumi up` replaces '
    'host: "old.example" -> "smtp.acme.example", user: [secret] -> [secret], port: 25 -> 587, '
    "starttls: false -> true. Its password is sent too.\n"
)
NOTHING_YET = 'warning: Tenant "beta" on idp.example.com has no mail settings yet.\n'


def shift(tenant_id: str, **more: Any) -> dict[str, Any]:
    """Return the arguments of a tenant on SHIFT."""
    return MAIL | {"platform": "shift", "tenant_id": tenant_id} | more


@pytest.fixture
def adopting(declared: Stack, emulator: Emulator) -> Stack:
    """A stack that declares a tenant with settings and one without, and reads them."""
    declared.configure(**{"smtpconfig:readBack": "admin"})
    emulator.tenants["acme"] = dict(LIVE)
    declare(declared, {"mail": shift("acme", secret=MARKED), "new": shift("beta")})
    return declared


def diagnostics(output: str) -> str:
    """Return the part of a run's output that sums up what was told."""
    return output.partition("Diagnostics:")[2]


def test_a_preview_tells_what_each_tenant_has(adopting: Stack, emulator: Emulator) -> None:
    """It shows no value that the program marks as secret, and changes nothing."""
    output = adopting.must("preview")
    assert diagnostics(output).count(TOLD) == diagnostics(output).count(NOTHING_YET) == 1
    assert "canary" not in output
    assert {request.method for request in emulator.requests} == {"GET"}


def test_an_up_tells_it_once_and_the_next_preview_nothing(
    adopting: Stack, emulator: Emulator
) -> None:
    """Each tenant costs one GET and one POST; the state does not have the list of marks."""
    output = adopting.must(*UP)
    assert diagnostics(output).count('Tenant "acme"') == diagnostics(output).count(TOLD) == 1
    assert sorted(request.method for request in emulator.requests) == ["GET", "GET", "POST", "POST"]
    resources = adopting.exported()["deployment"]["resources"]
    parts = [{**r.get("inputs", {}), **r.get("outputs", {})} for r in resources]
    assert not [part for part in parts if "secretInputs" in part]
    marking = [r["urn"] for r in resources if "secretInputs" in r.get("propertyDependencies", {})]
    assert [urn.rpartition("::")[2] for urn in marking] == ["mail"]
    emulator.requests.clear()
    assert 'Tenant "' not in adopting.must("preview", "--expect-no-changes")
    assert not emulator.requests


def test_a_plan_that_was_saved_can_be_carried_out(adopting: Stack, emulator: Emulator) -> None:
    """What the program tells the check is no part of what the engine compares."""
    adopting.must("preview", "--save-plan", "plan.json")
    adopting.must(*UP, "--plan", "plan.json")
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"


def test_a_preview_without_credentials_is_green_and_silent(
    adopting: Stack, emulator: Emulator
) -> None:
    """A pull request has none."""
    del adopting.environment["SMTPCONFIG_TOKEN"]
    output = adopting.must("preview")
    assert "Diagnostics:" not in output
    assert not emulator.requests
