from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulumi_smtpconfig.config import KEYS, Config, variable
from pulumi_smtpconfig.misspelt_settings import (
    find_misspelt_keys,
    find_misspelt_variables,
    find_unused_settings,
)

PAGE = Path(__file__).parents[1] / "docs/connection-settings.md"


def test_the_keys_are_those_of_the_documented_table() -> None:
    """A setting that is missing here would be called misspelt."""
    rows = re.findall(r"^\| \[`smtpconfig:(\w+)`\]", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(KEYS) == sorted(rows)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("smtpconfig:timout", "timeout"),
        ("smtpconfig:retry", "retries"),
        ("smtpconfig:Token", "token"),
        ("smtpconfig:client_id", "clientId"),
        ("smtpconfig:clientsecret", "clientSecret"),
        ("smtpconfig:ca-bundle", "caBundle"),
        ("smtpconfig:readback", "readBack"),
        ("smtpConfig:timeout", "timeout"),
        ("pulumi-smtpconfig:token", "token"),
    ],
)
def test_a_misspelt_key_names_the_setting_that_is_meant(key: str, meant: str) -> None:
    """Case, separators and the namespace are misspelt too."""
    (sentence,) = find_misspelt_keys([key], "mail")
    assert sentence.startswith(f"{key} is not a connection setting. If smtpconfig:{meant} is meant")


def test_a_key_that_resembles_none_is_told_too() -> None:
    """It may be one that only named sets have."""
    (sentence,) = find_misspelt_keys(["smtpconfig:hostnames"], "mail")
    assert sentence.endswith("readUrl, previewReads, caBundle, timeout, retries, connectTo.")


@pytest.mark.parametrize("project", ["smtpconfig", "smtp-config"])
def test_the_keys_of_a_project_with_such_a_name_are_its_own(project: str) -> None:
    """They share the namespace, and only a very similar one is told."""
    assert not list(find_misspelt_keys([f"{project}:hostname", f"{project}:smtpHost"], project))


@pytest.mark.parametrize("project", ["smtpconfig", "mail"])
def test_no_setting_is_misspelt(project: str) -> None:
    """Nor is a key of another namespace, or a variable."""
    keys = [*(f"smtpconfig:{key}" for key in KEYS), "mail:timout", "aws:region"]
    assert not list(find_misspelt_keys(keys, project))
    assert not list(find_misspelt_variables(map(variable, KEYS)))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SMTPCONFIG_TIMOUT", "SMTPCONFIG_TIMEOUT"),
        ("SMTPCONFIG_CLIENTID", "SMTPCONFIG_CLIENT_ID"),
        ("SMTP_CONFIG_TOKEN", "SMTPCONFIG_TOKEN"),
        ("smtpconfig_token", "SMTPCONFIG_TOKEN"),
        ("SMTPCONFIG_CA_BUNDEL", "SMTPCONFIG_CA_BUNDLE"),
    ],
)
def test_a_misspelt_variable_names_the_one_that_is_meant(name: str, meant: str) -> None:
    """Only names that are almost a setting's count."""
    assert list(find_misspelt_variables([name])) == [
        f"{name} is not a connection setting. If {meant} is meant, correct the name."
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("SMTPCONFIG_TOKEN_ACME", "SMTPCONFIG_SMTP_PASSWORD", "SMTPCONFIG_VERSION", "TIMOUT"),
        *("SMTPCONFIG_AUTH_TOKEN_CLIENT_SECRET", "SMTP_PASSWORD", "SMTPCONFIG_ACME_PASSWORD"),
    ],
)
def test_a_users_own_variable_is_left_alone(name: str) -> None:
    """A password reference may name any."""
    assert not list(find_misspelt_variables([name]))


@pytest.mark.parametrize(("text", "count"), [("amdin", 1), ("true", 1), ("admin", 0), ("off", 0)])
def test_a_value_that_turns_nothing_on_is_told(
    monkeypatch: pytest.MonkeyPatch, text: str, count: int
) -> None:
    """The variable is named if the value comes from there; the value is not shown."""
    monkeypatch.setenv("SMTPCONFIG_READ_BACK", text)
    shown = list(find_unused_settings(Config(lambda _: None), [], "mail"))
    assert len(shown) == count
    assert all("SMTPCONFIG_READ_BACK" in each and text not in each for each in shown)
