"""Which credentials are used: the default set merged key by key, a named one whole."""

from __future__ import annotations

import json

import pytest

from pulumi_smtpconfig.auth.credentials import Credentials, resolve
from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from tests.stack_config import stack_config

HOST = "idp.example.com"
VARIABLE, STACK_KEY = "SMTPCONFIG_CREDENTIALS", "smtpconfig:credentials"
OAUTH = {
    "tokenUrl": "https://idp.example.com/token",
    "clientId": "pulumi",
    "clientSecret": "secret of the client",
    "oauthUsername": "jörg",
    "oauthPassword": "password of jörg",
    "scope": "mail",
}
USER, CLIENT = ("oauthUsername", "oauthPassword"), ("clientId", "clientSecret")


@pytest.mark.parametrize("key", OAUTH)
def test_a_variable_replaces_its_own_key_alone(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The default set is merged key by key, and in each the environment wins over the config."""
    monkeypatch.setenv(variable(key), "of the variable")
    expected = Credentials.model_validate(OAUTH | {key: "of the variable"})
    assert resolve(stack_config(**OAUTH), "", HOST).credentials == expected


def test_what_one_place_lacks_comes_from_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client's id stands in the config, its secret in the pipeline's environment."""
    monkeypatch.setenv("SMTPCONFIG_CLIENT_SECRET", "of the pipeline")
    expected = {"clientId": "pulumi", "clientSecret": "of the pipeline"}
    selected = resolve(stack_config(clientId="pulumi"), "", HOST)
    assert selected.credentials == Credentials.model_validate(expected)


def test_a_blank_variable_leaves_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty secret of a pipeline is no token."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", " ")
    selected = resolve(stack_config(token=" kept\n"), "", HOST)
    assert selected.credentials.token.get_secret_value() == "kept"
    assert selected.source == "smtpconfig:token"


@pytest.mark.parametrize("half", [{}, {"clientId": "pulumi"}, OAUTH], ids=len)
def test_a_token_beats_oauth2(monkeypatch: pytest.MonkeyPatch, half: dict[str, str]) -> None:
    """A pipeline's own token is used as it is, however much of OAuth2 the config has."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", "short-lived")
    credentials, source = resolve(stack_config(**half), "", HOST)
    assert credentials.token.get_secret_value() == "short-lived"
    assert source == "SMTPCONFIG_TOKEN"


@pytest.mark.parametrize("blank", [{}, {"token": ""}, {"token": " \n"}], ids=repr)
def test_a_missing_token_is_asked_for_in_both_ways(blank: dict[str, str]) -> None:
    """The error names the command and the variable, either of which helps."""
    with pytest.raises(ConfigurationError, match="No token is given") as caught:
        resolve(stack_config(**blank), "", HOST)
    assert "`pulumi config set --secret smtpconfig:token`" in caught.value.remedy
    assert "SMTPCONFIG_TOKEN" in caught.value.remedy


@pytest.mark.parametrize(
    ("keys", "missing", "command"),
    [
        (USER, "clientId", "set smtpconfig:clientId"),
        (("clientId",), "clientSecret", "set --secret smtpconfig:clientSecret"),
        ((*CLIENT, "oauthUsername"), "oauthPassword", "set --secret smtpconfig:oauthPassword"),
        ((*CLIENT, "oauthPassword"), "oauthUsername", "set smtpconfig:oauthUsername"),
        (("tokenUrl", "scope"), "clientId", "set smtpconfig:clientId"),
    ],
)
def test_a_half_given_default_set_names_the_missing_key(
    keys: tuple[str, ...], missing: str, command: str
) -> None:
    """The error says which key is missing, and both ways to set it, as a secret if it is one."""
    config = stack_config(**{key: OAUTH[key] for key in keys})
    with pytest.raises(ConfigurationError, match=rf" lack {missing}\.") as caught:
        resolve(config, "", HOST)
    assert all(f"smtpconfig:{key}" in caught.value.happened for key in keys)
    assert f"`pulumi config {command}`" in caught.value.remedy
    assert variable(missing) in caught.value.remedy


@pytest.mark.parametrize("keys", [CLIENT, ("clientId", *USER), tuple(OAUTH)], ids=" ".join)
def test_a_named_set_is_used_as_it_stands(keys: tuple[str, ...]) -> None:
    """It has what it says and nothing else, though there is a default set."""
    prod = {key: OAUTH[key] for key in keys}
    credentials, source = resolve(stack_config(token="x", credentials={"prod": prod}), "prod", HOST)
    assert credentials == Credentials.model_validate(prod)
    assert source == f'"prod" of {STACK_KEY}'


@pytest.mark.parametrize("half", [CLIENT[:1], USER, (*CLIENT, USER[0])], ids=" ".join)
def test_a_named_set_is_never_filled_from_the_default(
    monkeypatch: pytest.MonkeyPatch, half: tuple[str, ...]
) -> None:
    """One tenant's password next to another's user would lock an account."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", "of the default set")
    config = stack_config(**OAUTH, credentials={"prod": {key: OAUTH[key] for key in half}})
    with pytest.raises(ConfigurationError, match=f'"prod" of {STACK_KEY} lack') as caught:
        resolve(config, "prod", HOST)
    assert "a named set takes nothing from the other settings" in caught.value.remedy


def test_the_variables_sets_come_before_the_configs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two sets with one name the pipeline's is used whole; others are still found."""
    monkeypatch.setenv(VARIABLE, json.dumps({"prod": {"token": "of-the-pipeline"}}))
    config = stack_config(credentials={"prod": {"token": "old"}, "test": {"token": "of-test"}})
    prod, test = resolve(config, "prod", HOST), resolve(config, "test", HOST)
    assert prod.credentials.token.get_secret_value() == "of-the-pipeline"
    assert prod.source == f'"prod" of {VARIABLE}'
    assert test.credentials.token.get_secret_value() == "of-test"
    assert test.source == f'"test" of {STACK_KEY}'
