"""What the lifecycle calls a change, and what is only another spelling."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.problems import UNKNOWN
from tests.lifecycle.sender import KeepingSender

LIFECYCLE = Lifecycle(KeepingSender(), warn=lambda _: None)
IDENTITY = ["platform", "hostname", "tenantId"]
OTHERS = {
    "platform": "shift",
    "hostname": "other.example.com",
    "tenantId": "acme",
    "host": "smtp2.acme.example",
    "from": "mail@acme.example",
    "fromDisplayName": "ACME",
    "replyTo": "desk@acme.example",
    "replyToDisplayName": "ACME help",
    "envelopeFrom": "errors@acme.example",
    "port": 2525,
    "starttls": False,
    "ssl": True,
    "user": "ACME",
    "password": "another-password",
    "credentials": "prod",
}
"""For each key another value than the complete tenant's."""


def created(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs that the state keeps of a program's inputs."""
    return LIFECYCLE.create(LIFECYCLE.check(inputs).inputs)[1]


def diff(olds: dict[str, Any], news: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Compare as the engine lets compare: stored outputs with checked inputs."""
    found = LIFECYCLE.diff(olds, LIFECYCLE.check(news).inputs)
    return found.changes, found.replaces


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("port", [587, "587", 587.0, None, "", "00587"]),
        ("starttls", [True, "true", None, ""]),
        ("ssl", [False, "false", None, ""]),
        ("fromDisplayName", [None, ""]),
        ("envelopeFrom", [None, ""]),
        (
            "hostname",
            ["IDP.example.com:443", "idp.example.com", "idp.example.com.", "IDP.EXAMPLE.COM.:443"],
        ),
    ],
)
def test_spellings_of_one_value_are_no_change(
    acme: dict[str, Any], key: str, spellings: list[Any]
) -> None:
    """However a value is written or left to its default, it is compared as what it means."""
    without = {name: value for name, value in acme.items() if name != key}
    programs = [without | {key: value} for value in spellings]
    programs += [without] if None in spellings else []
    for old in programs:
        for new in programs:
            assert LIFECYCLE.diff(old, new)[:2] == diff(created(old), new) == ([], [])


@pytest.mark.parametrize("key", OTHERS)
def test_each_changed_key_is_reported_alone(acme: dict[str, Any], key: str) -> None:
    """One change is one key; that of the identity makes it another resource."""
    expected = ([key], [key] if key in IDENTITY else [])
    assert diff(created(acme), acme | {key: OTHERS[key]}) == expected


@pytest.mark.parametrize(
    "key", ["fromDisplayName", "replyTo", "envelopeFrom", "replyToDisplayName"]
)
def test_a_setting_left_out_is_a_change(acme: dict[str, Any], key: str) -> None:
    """To take a line out of a program is to clear the setting."""
    assert diff(created(acme), acme | {key: None}) == ([key], [])


@pytest.mark.parametrize("key", OTHERS)
def test_a_value_not_known_yet_differs(acme: dict[str, Any], key: str) -> None:
    """What is generated later may be anything, whatever the state has, be it nothing."""
    assert key in LIFECYCLE.diff(acme, acme | {key: UNKNOWN}).changes
    assert key in LIFECYCLE.diff({}, acme | {key: UNKNOWN}).changes


def test_all_changes_are_reported_together(acme: dict[str, Any]) -> None:
    """No change hides another one."""
    assert [sorted(keys) for keys in diff(created(acme), OTHERS)] == [
        sorted(OTHERS),
        sorted(IDENTITY),
    ]


def test_nothing_changed_is_no_change_after_a_refresh_either(acme: dict[str, Any]) -> None:
    """What read answers is what the state had, so that the next preview is clean."""
    state = created(acme)
    read = LIFECYCLE.read(state)
    assert read is not None
    outputs, inputs = read
    assert outputs == state
    assert inputs == LIFECYCLE.check(acme).inputs
    assert diff(outputs, acme) == diff(outputs, inputs) == ([], [])
