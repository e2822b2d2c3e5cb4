from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.problems import UNKNOWN
from tests.lifecycle.sender import Harness

LIFECYCLE = Harness().lifecycle
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
"""For each key another value than acme's."""


def create(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs that the state keeps for a program's inputs."""
    return LIFECYCLE.create(LIFECYCLE.check(inputs).inputs)[1]


def diff(olds: dict[str, Any], news: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Compare the outputs in the state with checked inputs, as the engine does."""
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
def test_another_spelling_of_a_value_is_no_change(
    acme: dict[str, Any], key: str, spellings: list[Any]
) -> None:
    """Values are compared by meaning, and a missing one by its default."""
    without = {name: value for name, value in acme.items() if name != key}
    programs = [without | {key: value} for value in spellings]
    programs += [without] if None in spellings else []
    for old in programs:
        for new in programs:
            assert LIFECYCLE.diff(old, new)[:2] == diff(create(old), new) == ([], [])


@pytest.mark.parametrize("key", OTHERS)
def test_a_changed_key_is_reported_alone(acme: dict[str, Any], key: str) -> None:
    """A key of the identity makes it another resource."""
    expected = ([key], [key] if key in IDENTITY else [])
    assert diff(create(acme), acme | {key: OTHERS[key]}) == expected


@pytest.mark.parametrize(
    "key", ["fromDisplayName", "replyTo", "envelopeFrom", "replyToDisplayName"]
)
def test_removing_a_setting_is_a_change(acme: dict[str, Any], key: str) -> None:
    """A line taken out of the program clears the setting."""
    assert diff(create(acme), acme | {key: None}) == ([key], [])


@pytest.mark.parametrize("key", OTHERS)
def test_an_unknown_value_is_a_change(acme: dict[str, Any], key: str) -> None:
    """It may become anything, whatever the state has."""
    assert key in LIFECYCLE.diff(acme, acme | {key: UNKNOWN}).changes
    assert key in LIFECYCLE.diff({}, acme | {key: UNKNOWN}).changes


def test_all_changes_are_reported(acme: dict[str, Any]) -> None:
    """No change hides another."""
    assert [sorted(keys) for keys in diff(create(acme), OTHERS)] == [
        sorted(OTHERS),
        sorted(IDENTITY),
    ]


def test_a_refresh_leaves_nothing_to_update(acme: dict[str, Any]) -> None:
    """Read returns what the state has, so the next preview is clean."""
    state = create(acme)
    read = LIFECYCLE.read(state)
    assert read == (state, LIFECYCLE.check(acme).inputs)
    assert diff(read.outputs, acme) == diff(read.outputs, read.inputs) == ([], [])


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([1], [True], False),
        ([{"a": 0}], [{"a": False}], False),
        ([1], [1.0], True),
        ([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], True),
        (["1"], [1], False),
    ],
    ids=str,
)
def test_triggers_are_compared_as_json(
    acme: dict[str, Any], before: list[object], after: list[object], *, same: bool
) -> None:
    """In Python true equals 1; in the state all numbers have one type."""
    found = LIFECYCLE.diff(acme | {"triggers": before}, acme | {"triggers": after})
    assert found.changes == ([] if same else ["triggers"])


def test_a_resource_that_clears_is_deleted_before_its_replacement(acme: dict[str, Any]) -> None:
    """Otherwise it would clear what its replacement has set."""
    keycloak = acme | {"platform": "keycloak", "onDelete": "clear"}
    assert LIFECYCLE.diff(keycloak, keycloak | {"tenantId": "b"}).delete_before_replace
    assert not LIFECYCLE.diff(acme, acme | {"tenantId": "b"}).delete_before_replace
