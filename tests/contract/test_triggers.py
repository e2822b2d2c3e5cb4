"""Triggers over the engine's protocol, where values are nested and may be unknown inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.host import UNKNOWN, Host

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator


@pytest.mark.parametrize(
    "triggers", [["a"], [1, 2.5, True], [[], {}], [{"backup": [1, {"of": "monday"}]}]], ids=str
)
def test_triggers_are_kept_as_they_are(
    host: Host, acme: dict[str, Any], triggers: list[object]
) -> None:
    """What a program gives comes back the same, so that it shows as no change."""
    inputs, failures = host.check(acme | {"triggers": triggers})
    assert not failures
    _, outputs = host.create(inputs)
    assert outputs["triggers"] == inputs["triggers"] == triggers
    assert host.diff(outputs, inputs) == (False, [])


@pytest.mark.parametrize("triggers", [UNKNOWN, [UNKNOWN], ["a", {"b": [UNKNOWN]}]], ids=str)
def test_triggers_that_are_not_known_in_part_are_unknown(
    host: Host, acme: dict[str, Any], triggers: object
) -> None:
    """A preview shows the change that they will make."""
    inputs, failures = host.check(acme | {"triggers": triggers})
    assert not failures
    assert inputs["triggers"] == UNKNOWN
    assert host.diff(acme | {"triggers": ["a"]}, inputs) == (True, [])


def test_a_change_sends_the_settings_again(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A restored platform gets what it lost."""
    old = host.check(acme | {"triggers": ["monday"]})[0]
    new = host.check(acme | {"triggers": ["tuesday"]})[0]
    _, outputs = host.create(old)
    assert host.diff(outputs, new) == (True, [])
    host.update(outputs, new)
    first, second = emulator.requests
    assert first.body == second.body


@pytest.mark.parametrize("triggers", ["monday", 5, {"a": 1}], ids=str)
def test_what_is_no_list_is_refused(host: Host, acme: dict[str, Any], triggers: object) -> None:
    """One value is given as a list of one."""
    (failure,) = host.check(acme | {"triggers": triggers})[1]
    assert failure.startswith("|triggers: ")
