from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.conftest import MAIL, UP, declare

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


@pytest.fixture
def stack(declared: Stack) -> Stack:
    """A stack of a tenant on SHIFT that is up, with reading on."""
    declared.configure(**{"smtpconfig:readBack": "admin"})
    declare(declared, {"mail": MAIL | {"platform": "shift"}})
    declared.must(*UP)
    return declared


def edit(stack: Stack, **properties: Any) -> str:
    """Change the resource in the state, without the properties that are None; return its URN."""
    state = stack.exported()
    (resource,) = [r for r in state["deployment"]["resources"] if "SmtpConfig" in r["type"]]
    for part in ("inputs", "outputs"):
        changed = resource[part] | properties
        resource[part] = {key: value for key, value in changed.items() if value is not None}
    stack.must("stack", "import", stdin=json.dumps(state))
    return str(resource["urn"])


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["destroy", "destroy --refresh"])
@pytest.mark.parametrize(
    "properties",
    [
        {"platform": None},
        {"platform": "gmail", "port": [], "triggers": {"a": [None]}, "junk": {"b": 1}},
        dict.fromkeys(["platform", "hostname", "tenantId", "host", "from", "port"]),
    ],
    ids=["no platform", "nonsense", "hardly anything"],
)
def test_an_edited_state_can_be_destroyed(
    stack: Stack, emulator: Emulator, properties: dict[str, Any], refresh: tuple[str, ...]
) -> None:
    """Nothing is sent, and a warning says that the tenant keeps its settings."""
    edit(stack, **properties)
    emulator.requests.clear()
    output = stack.must("destroy", "--yes", *refresh)
    assert 'keeps its mail settings: on_delete is "retain".' in output
    assert not emulator.requests


def test_the_next_up_corrects_an_edited_state(stack: Stack, emulator: Emulator) -> None:
    """With a refresh too, and the tenant keeps its settings throughout."""
    for option in ((), ("--refresh",)):
        edit(stack, platform=None, hostname=5)
        stack.must(*UP, *option)
        stack.must("preview", "--refresh", "--expect-no-changes")
        assert set(emulator.tenants) == {"acme"}


def test_a_clear_that_cannot_be_sent_ends_as_its_error_says(
    stack: Stack, emulator: Emulator
) -> None:
    """`pulumi state delete` drops the resource, and the rest of the stack can be destroyed."""
    urn = edit(stack, platform=None, onDelete="clear")
    emulator.requests.clear()
    output, status = stack.run("destroy", "--yes")
    assert status
    assert "The state does not say where to send the request: platform: is required." in output
    assert "`pulumi state delete URN`" in output
    assert urn in stack.must("stack", "--show-urns")
    stack.must("state", "delete", urn, "--yes")
    stack.must("destroy", "--yes")
    assert not emulator.requests
