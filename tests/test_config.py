from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.config import Config, Setting, variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

KEY, VARIABLE, STACK_KEY = "caBundle", "SMTPCONFIG_CA_BUNDLE", "smtpconfig:caBundle"
FROM_STACK = Setting("from the stack", STACK_KEY)


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
    """A user who knows the key knows the variable."""
    assert variable(key) == name


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline's own value is used, even if the state has an older config."""
    monkeypatch.setenv(VARIABLE, "from the environment")
    found = config(caBundle="from the stack").get(KEY)
    assert found == Setting("from the environment", VARIABLE)


@pytest.mark.parametrize("blank", [None, "", " ", "\n\t"], ids=repr)
def test_a_missing_or_blank_value_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, blank: str | None
) -> None:
    """A variable that a pipeline sets to nothing does not hide the stack's config."""
    if blank is not None:
        monkeypatch.setenv(VARIABLE, blank)
    assert config(caBundle="from the stack").get(KEY) == FROM_STACK
    assert config(caBundle=blank, timeout="30").get(KEY) is None
    assert config(timeout="30").get(KEY) is None


def test_whitespace_around_a_setting_is_removed() -> None:
    """A pasted value may end with a line break."""
    assert config(caBundle=" from the stack\n").get(KEY) == FROM_STACK


def test_a_number_becomes_text() -> None:
    """A setting is text, whatever type the config has."""
    assert config(timeout=30).get("timeout") == Setting("30", "smtpconfig:timeout")


def test_a_setting_shows_its_source_and_not_its_value() -> None:
    """The repr of a secret is safe to print."""
    assert repr(Setting("c4n4ry", VARIABLE)) == f"Setting(source={VARIABLE!r})"


def test_every_parsed_setting_has_a_default() -> None:
    """A stack needs to set none of them."""
    assert (config().timeout(), config().retries(), config().connect_to()) == (30, 3, None)


@pytest.mark.parametrize(
    ("parse", "key", "text", "value"),
    [
        *((Config.timeout, "timeout", x, float(x)) for x in ("0.1", " 20.5 ", "3600")),
        *((Config.retries, "retries", x, int(x)) for x in ("0", "1", "10")),
        (Config.connect_to, "connectTo", "localhost:8443", ("localhost", 8443)),
        (Config.connect_to, "connectTo", "[::1]:1", ("::1", 1)),
    ],
)
def test_a_valid_setting_is_parsed(
    parse: Callable[[Config], object], key: str, text: str, value: object
) -> None:
    """The limits are inclusive, and an IPv6 address needs brackets."""
    assert parse(config(**{key: text})) == value


HOSTS = ["localhost", ":8443", "localhost:", "localhost:0", "localhost:65536", "localhost:https"]
HOSTS += ["https://localhost:8443", "localhost:8443/", "localhost:²", "9" * 5000]


@pytest.mark.parametrize(
    ("parse", "key", "text", "expected"),
    [
        *(
            (Config.timeout, "timeout", x, "number of seconds")
            for x in ("0", "3600.1", "-1", "nan", "inf", "30s", "1,5", "soon")
        ),
        *(
            (Config.retries, "retries", x, "from 0 to 10")
            for x in ("-1", "11", "1.5", "three", "²", "0x2", "9" * 5000)
        ),
        *((Config.connect_to, "connectTo", x, "host:port") for x in HOSTS),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_the_error_for_an_invalid_setting_names_key_value_and_form(
    parse: Callable[[Config], object], key: str, text: str, expected: str
) -> None:
    """The user corrects it without looking anything up."""
    with pytest.raises(ConfigurationError) as caught:
        parse(config(**{key: text}))
    assert f"smtpconfig:{key} is {text!r}" in caught.value.happened
    assert expected in caught.value.remedy


CREDENTIALS = ("token", "clientId", "clientSecret", "scope")


@given(*[st.sets(st.sampled_from(CREDENTIALS))] * 3)
def test_an_explicit_provider_mixes_nothing(
    own: set[str], unknown: set[str], variables: set[str]
) -> None:
    """Any of its own leaves out all variables, and one that is not known yet leaves out all."""
    inputs: dict[str, object] = dict.fromkeys(own, "own") | dict.fromkeys(unknown, UNKNOWN)
    with pytest.MonkeyPatch.context() as patch:
        for key in CREDENTIALS:
            patch.delenv(variable(key), raising=False)
        for key in variables:
            patch.setenv(variable(key), "variable")
        provider, stack = Config(inputs.get, "eu"), Config(lambda _: None)
        used = {key: setting.text for key, setting in provider.together(CREDENTIALS).items()}
        assert stack.together(CREDENTIALS).keys() == variables
    if unknown:
        assert not used
    elif own:
        assert used == dict.fromkeys(own, "own")
    else:
        assert used == dict.fromkeys(variables, "variable")


def test_a_text_names_the_place_that_decides_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that wins, the stack's config, or an explicit provider."""
    text = f"raise {STACK_KEY}."
    own = f'raise the {KEY} of provider "eu".'
    assert config().named(text) == text
    assert Config(lambda _: None, "eu").named(text) == own
    monkeypatch.setenv(VARIABLE, "x")
    assert config(caBundle="y").named(text) == f"raise {VARIABLE}."
    assert Config(lambda _: None, "eu").named(text) == f"raise {VARIABLE}."
    assert Config({KEY: "own"}.get, "eu").named(text) == own
