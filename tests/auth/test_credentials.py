from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulumi_smtpconfig.auth.credentials import Credentials, resolve
from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from tests.stack_config import stack_config

CANARY = "c4n4ry"
VARIABLE, STACK_KEY = "SMTPCONFIG_CREDENTIALS", "smtpconfig:credentials"
GOOD = {"token": "abc"}
OAUTH = {
    "tokenUrl": "https://idp.example.com/token",
    "clientId": "pulumi",
    "clientSecret": "secret of the client",
    "oauthUsername": "jörg",
    "oauthPassword": "password of jörg",
    "scope": "mail",
}
USER, CLIENT = ("oauthUsername", "oauthPassword"), ("clientId", "clientSecret")
VISIBLE = st.characters(min_codepoint=ord("!"), max_codepoint=ord("~"))


def refusal(name: str, credentials: object) -> ConfigurationError:
    """Return why a set of the config is refused, after checking that no value is shown."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(stack_config(credentials=credentials), name)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@given(text=st.text(VISIBLE))
def test_a_token_may_be_any_visible_ascii(text: str) -> None:
    """A token is opaque: what a header can carry is kept unchanged."""
    assert Credentials.model_validate({"token": text}).token.get_secret_value() == text


@given(
    before=st.text(),
    illegal=st.characters(exclude_characters=[chr(code) for code in range(ord("!"), 0x7F)]),
    after=st.text(),
)
def test_any_other_character_in_a_token_is_refused(before: str, illegal: str, after: str) -> None:
    """The error names the key and does not quote the token."""
    with pytest.raises(ValidationError, match="token") as caught:
        Credentials.model_validate({"token": f"{CANARY}{before}{illegal}{after}{CANARY}"})
    assert CANARY not in str(caught.value)


def test_a_token_with_its_scheme_is_refused() -> None:
    """The error tells a user who pastes a whole header to remove its first word."""
    with pytest.raises(ValidationError, match="without 'Bearer' before it"):
        Credentials.model_validate({"token": "Bearer abc"})


def test_credentials_do_not_show_their_secrets() -> None:
    """A repr hides them, and `secrets` returns all of them for redaction."""
    secrets = {key: f"{CANARY}-{key}" for key in ("token", "clientSecret", "oauthPassword")}
    credentials = Credentials.model_validate(secrets)
    assert CANARY not in repr(credentials)
    assert CANARY not in str(credentials)
    assert credentials.secrets() == list(secrets.values())


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("", "clientId"),
        ("clientSecret", "clientId"),
        ("oauthUsername oauthPassword", "clientId"),
        ("clientId", "clientSecret"),
        ("clientId oauthUsername", "oauthPassword"),
        ("clientId oauthPassword", "oauthUsername"),
        ("clientId clientSecret oauthUsername", "oauthPassword"),
        ("clientId clientSecret oauthPassword", "oauthUsername"),
        ("clientId clientSecret", ""),
        ("clientId oauthUsername oauthPassword", ""),
        ("clientId clientSecret oauthUsername oauthPassword", ""),
    ],
)
def test_the_first_missing_key_of_a_grant_is_named(given: str, missing: str) -> None:
    """Each grant needs its keys."""
    assert Credentials.model_validate(dict.fromkeys(given.split(), "x")).missing() == missing


@pytest.mark.parametrize("key", OAUTH)
def test_a_variable_replaces_only_its_own_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The default set is merged key by key; the environment wins over the config."""
    monkeypatch.setenv(variable(key), "from the environment")
    expected = Credentials.model_validate(OAUTH | {key: "from the environment"})
    assert resolve(stack_config(**OAUTH), "").credentials == expected


def test_the_default_set_may_come_from_both_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client's id may be in the config, and its secret in the environment."""
    monkeypatch.setenv("SMTPCONFIG_CLIENT_SECRET", "from the environment")
    expected = {"clientId": "pulumi", "clientSecret": "from the environment"}
    resolved = resolve(stack_config(clientId="pulumi"), "")
    assert resolved.credentials == Credentials.model_validate(expected)


def test_a_blank_variable_does_not_hide_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty secret of a pipeline is not a token."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", " ")
    resolved = resolve(stack_config(token=" kept\n"), "")
    assert resolved.credentials.token.get_secret_value() == "kept"
    assert resolved.source == "smtpconfig:token"


@pytest.mark.parametrize("config", [{}, {"clientId": "pulumi"}, OAUTH], ids=len)
def test_a_token_wins_over_oauth2(monkeypatch: pytest.MonkeyPatch, config: dict[str, str]) -> None:
    """A pipeline's own token is used, whatever OAuth2 keys the config has."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", "short-lived")
    credentials, source = resolve(stack_config(**config), "")
    assert credentials.token.get_secret_value() == "short-lived"
    assert source == "SMTPCONFIG_TOKEN"


@pytest.mark.parametrize("blank", [{}, {"token": ""}, {"token": " \n"}], ids=repr)
def test_the_error_for_a_missing_token_names_command_and_variable(blank: dict[str, str]) -> None:
    """Either of them helps."""
    with pytest.raises(ConfigurationError, match="No token is given") as caught:
        resolve(stack_config(**blank), "")
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
def test_an_incomplete_default_set_names_the_missing_key(
    keys: tuple[str, ...], missing: str, command: str
) -> None:
    """The remedy has both ways to set it, as a secret if it is one."""
    config = stack_config(**{key: OAUTH[key] for key in keys})
    with pytest.raises(ConfigurationError, match=rf" lack {missing}\.") as caught:
        resolve(config, "")
    assert all(f"smtpconfig:{key}" in caught.value.happened for key in keys)
    assert f"`pulumi config {command}`" in caught.value.remedy
    assert variable(missing) in caught.value.remedy


@pytest.mark.parametrize("keys", [CLIENT, ("clientId", *USER), tuple(OAUTH)], ids=" ".join)
def test_a_named_set_is_used_as_it_is(keys: tuple[str, ...]) -> None:
    """It takes nothing from the default set."""
    prod = {key: OAUTH[key] for key in keys}
    credentials, source = resolve(stack_config(token="x", credentials={"prod": prod}), "prod")
    assert credentials == Credentials.model_validate(prod)
    assert source == f'"prod" of {STACK_KEY}'


@pytest.mark.parametrize("keys", [CLIENT[:1], USER, (*CLIENT, USER[0])], ids=" ".join)
def test_an_incomplete_named_set_is_not_completed_from_the_default_set(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    """One tenant's password with another's user would lock an account."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", "of the default set")
    config = stack_config(**OAUTH, credentials={"prod": {key: OAUTH[key] for key in keys}})
    with pytest.raises(ConfigurationError, match=f'"prod" of {STACK_KEY} lack') as caught:
        resolve(config, "prod")
    assert "a named set takes nothing from the other settings" in caught.value.remedy


def test_a_named_set_of_the_environment_wins_over_the_config(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two sets with the same name the environment's is used whole; others are still found."""
    monkeypatch.setenv(VARIABLE, json.dumps({"prod": {"token": "of-the-environment"}}))
    config = stack_config(credentials={"prod": {"token": "old"}, "test": {"token": "of-test"}})
    prod, test = resolve(config, "prod"), resolve(config, "test")
    assert prod.credentials.token.get_secret_value() == "of-the-environment"
    assert prod.source == f'"prod" of {VARIABLE}'
    assert test.credentials.token.get_secret_value() == "of-test"
    assert test.source == f'"test" of {STACK_KEY}'


@pytest.mark.parametrize(
    "text",
    [f'{{"prod": {CANARY}}}', CANARY, f'["{CANARY}"]', f'"{CANARY}"', "1", "null", "[" * 100_000],
    ids=lambda text: text[:20],
)
def test_named_sets_are_a_json_object(text: str) -> None:
    """The error for anything else names the setting and shows an example."""
    error = refusal("prod", text)
    assert f"{STACK_KEY} is not a JSON object of named sets" in error.happened
    assert '{"name": {"token": "..."}, ...}' in error.remedy


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"tokn": CANARY}, "tokn"),
        ({"client_id": CANARY}, "client_id"),
        ({"token": [CANARY]}, "token"),
        ({"token": f"{CANARY} {CANARY}"}, "token"),
        ({"clientId": {"x": CANARY}}, "clientId"),
        ({"clientSecret": 5}, "clientSecret"),
        ({"token": "x", "hostnames": CANARY}, "hostnames"),
        ({"token": "x", "hostnames": [[CANARY]]}, "hostnames.0"),
        ({"token": "x", "hostnames": ["a.example", f"*.{CANARY}"]}, "hostnames.1"),
        ({"token": "x", "hostnames": [f"{CANARY}*"]}, "hostnames.0"),
        *((values, "Input should be") for values in (CANARY, [CANARY], None, 5)),
    ],
    ids=str,
)
def test_an_invalid_named_set_is_reported_by_key(values: object, key: str) -> None:
    """Typos and wrong types are named without their values; a set has to be an object."""
    error = refusal("prod", {"prod": values})
    assert f'The credentials in "prod" of {STACK_KEY} are wrong: {key}' in error.happened


def test_all_invalid_keys_are_reported_at_once() -> None:
    """The user corrects them in one run."""
    happened = refusal("prod", {"prod": {"tokn": "x", "scope": 5}}).happened
    assert "tokn: " in happened
    assert "scope: " in happened


def test_an_invalid_default_token_names_its_setting() -> None:
    """It is refused as in a named set."""
    with pytest.raises(ConfigurationError, match="smtpconfig:token are wrong: token: ") as caught:
        resolve(stack_config(token=f"Bearer {CANARY}"), "")
    assert CANARY not in str(caught.value)


def test_the_error_for_an_unknown_name_lists_the_known_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The names of both places are sorted, each once."""
    monkeypatch.setenv(VARIABLE, json.dumps({"test": GOOD, "prod": GOOD}))
    error = refusal("stage", {"prod": GOOD, "demo": GOOD})
    assert error.happened == 'There are no credentials "stage".'
    assert 'one of "demo", "prod", "test", or' in error.remedy


def test_without_named_sets_the_remedy_says_where_to_add_them() -> None:
    """The default set has no name."""
    with pytest.raises(ConfigurationError, match='no credentials "prod"') as caught:
        resolve(stack_config(token="abc"), "prod")
    assert STACK_KEY in caught.value.remedy
    assert VARIABLE in caught.value.remedy


@pytest.mark.parametrize("text", ["${X}", "$X", "$(x)", "%X%", "{{x}}", "<token>"])
def test_an_unfilled_template_is_no_token(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A pipeline that did not fill it in learns which variable, before anything is sent."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", text)
    with pytest.raises(ConfigurationError, match="SMTPCONFIG_TOKEN: is a template placeholder"):
        resolve(stack_config(), "")
