"""The native resource on platforms that misbehave, with secrets that are hard to hide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.engine.conftest import UP, declare, without_interruption
from tests.engine.test_native import (
    DESTROY,
    LIVE,
    REFRESH,
    SHIFT,
    client_credentials,
    native,
    resources,
    written,
)

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

__all__ = ["native"]

HUGE = 10_000_000
PASSWORD = "canary \"quoted\" 'single' \\ äöüß %41 end"
NESTED = "nested-canary\twith a tab\nand a second line"


def once(native: Stack) -> None:
    """Let nothing be tried again, and nothing be read."""
    native.environment |= {"SMTPCONFIG_RETRIES": "0", "SMTPCONFIG_TIMEOUT": "5"}
    del native.environment["SMTPCONFIG_READ_BACK"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(delay=60), "no complete response came within SMTPCONFIG_TIMEOUT"),
        (Fault(cut="header"), "The request was sent, but"),
        (Fault(400, "x" * HUGE), "a body of more than 1 MiB"),
        (Fault(500, json.dumps({"a": "x" * HUGE})), "a body of more than 1 MiB"),
    ],
    ids=["hangs", "resets", "huge refusal", "huge error"],
)
def test_trouble_is_told_and_the_next_up_sends_again(
    native: Stack, emulator: Emulator, fault: Fault, told: str
) -> None:
    """With what to do, in few lines, and without a resource in the state."""
    once(native)
    declare(native, {"acme": SHIFT})
    emulator.order(fault)
    output, status = native.run(*UP)
    assert status
    assert told in output
    assert "Next: " in output
    assert "pulumi_smtpconfig/" not in output  # as in a traceback of ours
    assert len(without_interruption(output)) < 4_000
    assert not resources(native)
    native.must(*UP)
    assert written(emulator) == 2
    native.must("preview", "--expect-no-changes")


def test_a_refused_token_is_renewed_once(native: Stack, emulator: Emulator) -> None:
    """The platform recovers, and the resource with it."""
    once(native)
    native.environment |= client_credentials(emulator)
    del native.environment["SMTPCONFIG_TOKEN"], native.environment["SMTPCONFIG_TOKEN_URL"]
    declare(native, {"acme": SHIFT})
    emulator.order(Fault(401, on="mail"))
    native.must(*UP)
    assert [request.target.rpartition("/")[2] for request in emulator.requests] == [
        *("token", "setup"),
        *("token", "setup"),
    ]


def leaked(text: str, *secrets: str) -> list[str]:
    """Return what of secrets a text shows, be it as it is, as JSON or a line of it."""
    forms: set[str] = set()
    for secret in secrets:
        as_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
        forms |= {secret, *secret.split("\n"), *as_json, *map(repr, as_json)}
    return [form for form in forms if form in text]


def test_no_output_shows_a_secret(
    native: Stack, emulator: Emulator, pytestconfig: pytest.Config
) -> None:
    """Not even the engine's log at its most detailed, or the platform's echo.

    An engine of old writes all properties into that log, so there it is off.
    """
    token = native.environment["SMTPCONFIG_TOKEN"]
    secret: dict[str, Any] = {"triggers": [NESTED], "password": PASSWORD}
    acme = SHIFT | {"user": "acme", "provider": token, "secret": secret}
    declare(native, {"acme": acme})
    log = () if pytestconfig.getoption("oldest_engine") else ("-v=9", "--logtostderr")
    printed = [native.must(*UP, *log)]
    emulator.tenants["acme"]["host"] = "drift.example"
    printed += [native.must(*words) for words in (("preview", "--diff", "--refresh"), REFRESH)]
    emulator.order(Fault(400, json.dumps({"message": f"bad password {PASSWORD}"})))
    failed = native.run(*UP, *log)
    assert failed.status
    printed += [failed.output, json.dumps(native.exported())]
    printed += [native.must("preview", "--json"), native.must(*UP, "--diff")]
    assert emulator.tenants["acme"]["password"] == PASSWORD
    printed.append(native.must(*DESTROY, *log))
    assert not [leaks for text in printed if (leaks := leaked(text, PASSWORD, NESTED, token))]
    assert all(len(text) > 100 for text in printed)


def test_targets_and_protection_hold(native: Stack, emulator: Emulator) -> None:
    """One target is one request; what is protected stays."""
    protected = {"tenant_id": "kept", "opts": {"protect": True}}
    declare(native, {"acme": SHIFT, "kept": SHIFT | protected})
    native.must(*UP, "--target", "**acme")
    assert (written(emulator), set(resources(native))) == (1, {"acme"})
    native.must(*UP)
    native.must("destroy", "--yes", "--skip-preview", "--exclude-protected")
    assert set(resources(native)) == {"kept"}
    native.must("state", "unprotect", "--all", "--yes")
    native.must(*DESTROY)
    assert written(emulator) == 2


def test_two_providers_reach_two_platforms(native: Stack, emulator: Emulator) -> None:
    """A refresh reads each where it is, although one program declares both."""
    emulator.tenants["realm"] = dict(LIVE)
    token = native.environment.pop("SMTPCONFIG_TOKEN")
    realm = SHIFT | {"platform": "keycloak", "tenant_id": "realm", "provider": token}
    declare(native, {"acme": SHIFT | {"provider": token}, "realm": realm})
    native.must(*UP)
    emulator.tenants["realm"]["host"] = "drift.example"
    native.must(*REFRESH)
    hosts = {name: one["outputs"]["host"] for name, one in resources(native).items()}
    assert hosts == {"acme": SHIFT["host"], "realm": "drift.example"}
