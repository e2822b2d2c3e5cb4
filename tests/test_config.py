"""One lookup: the environment wins, a blank is nothing, and no value is shown."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.config import Config, Setting, variable

KEY, VARIABLE, STACK_KEY = "caBundle", "SMTPCONFIG_CA_BUNDLE", "smtpconfig:caBundle"
BLANKS = pytest.mark.parametrize("blank", ["", " ", "\n\t"], ids=repr)


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own setting out."""
    monkeypatch.delenv(VARIABLE, raising=False)


def config(**stack: object) -> Config:
    """Return the settings of a stack whose config has these keys in the namespace."""
    return Config({f"smtpconfig:{key}": value for key, value in stack.items()}.get)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("token", "SMTPCONFIG_TOKEN"),
        ("caBundle", "SMTPCONFIG_CA_BUNDLE"),
        ("connectTo", "SMTPCONFIG_CONNECT_TO"),
        ("timeout", "SMTPCONFIG_TIMEOUT"),
        ("oauthPassword", "SMTPCONFIG_OAUTH_PASSWORD"),
    ],
)
def test_a_variable_is_the_key_in_upper_case_with_underscores(key: str, name: str) -> None:
    """Whoever knows a key knows its variable."""
    assert variable(key) == name


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline's own value is used, also where the state brings an older config."""
    monkeypatch.setenv(VARIABLE, "of the variable")
    assert config(caBundle="of the stack").get(KEY) == Setting("of the variable", VARIABLE)


def test_without_the_variable_the_stack_has_its_say() -> None:
    """A setting tells the config key that it came from."""
    assert config(caBundle="of the stack").get(KEY) == Setting("of the stack", STACK_KEY)


@BLANKS
def test_a_blank_variable_is_absent(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    """A variable that a pipeline sets to nothing hides nothing."""
    monkeypatch.setenv(VARIABLE, blank)
    assert config(caBundle="of the stack").get(KEY) == Setting("of the stack", STACK_KEY)


@BLANKS
def test_a_blank_in_the_stack_is_absent(blank: str) -> None:
    """A blank is no setting."""
    assert config(caBundle=blank).get(KEY) is None


def test_what_is_nowhere_given_is_absent() -> None:
    """Another key's setting is not this key's."""
    assert config(timeout="30").get(KEY) is None


def test_what_stands_around_a_setting_is_not_part_of_it() -> None:
    """A line break at the end of a pasted or read value is none of it."""
    assert config(caBundle=" /etc/ca.pem\n").get(KEY) == Setting("/etc/ca.pem", STACK_KEY)


def test_a_number_is_text() -> None:
    """Whatever type the config hands over, a setting is the text of it."""
    assert config(timeout=30).get("timeout") == Setting("30", "smtpconfig:timeout")


def test_a_setting_shows_its_source_and_not_its_value() -> None:
    """What is printed by mistake tells no secret."""
    assert repr(Setting("c4n4ry", VARIABLE)) == f"Setting(source={VARIABLE!r})"
