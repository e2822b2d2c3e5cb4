"""What is wrong with credentials is said by name and place, never by value."""

from __future__ import annotations

import json
import traceback

import pytest

from pulumi_smtpconfig.auth.credentials import problem, resolve
from pulumi_smtpconfig.errors import ConfigurationError
from tests.stack_config import stack_config

CANARY = "c4n4ry"
HOST = "idp.example.com"
VARIABLE, STACK_KEY = "SMTPCONFIG_CREDENTIALS", "smtpconfig:credentials"
GOOD = {"token": "abc"}


def refusal(name: str, credentials: object, hostname: str = HOST) -> ConfigurationError:
    """Return why a set of the config is refused, after a look for its values."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(stack_config(credentials=credentials), name, hostname)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.mark.parametrize(
    "text",
    [f'{{"prod": {CANARY}}}', CANARY, f'["{CANARY}"]', f'"{CANARY}"', "1", "null", "[" * 100_000],
    ids=lambda text: text[:20],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    """The error says where it stands, and what belongs there."""
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
    ],
    ids=str,
)
def test_a_wrong_key_is_named(values: dict[str, object], key: str) -> None:
    """A typo and a value of another type are told by their key."""
    error = refusal("prod", {"prod": values})
    assert f'The credentials in "prod" of {STACK_KEY} are wrong: {key}: ' in error.happened


@pytest.mark.parametrize("values", [CANARY, [CANARY], None, 5], ids=repr)
def test_a_set_that_is_no_object_is_refused(values: object) -> None:
    """A bare token in place of a set is told so, in a sentence that has no gap."""
    error = refusal("prod", {"prod": values})
    assert f'The credentials in "prod" of {STACK_KEY} are wrong: Input should be' in error.happened


def test_every_wrong_key_is_told_at_once() -> None:
    """A second run for a second mistake is one too many."""
    happened = refusal("prod", {"prod": {"tokn": "x", "scope": 5}}).happened
    assert "tokn: " in happened
    assert "scope: " in happened


def test_a_wrong_default_token_names_its_setting() -> None:
    """The default set's token is refused as a named one's is."""
    with pytest.raises(ConfigurationError, match="smtpconfig:token are wrong: token: ") as caught:
        resolve(stack_config(token=f"Bearer {CANARY}"), "", HOST)
    assert CANARY not in str(caught.value)


def test_an_unknown_name_lists_the_names_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of both places are told once each, in order."""
    monkeypatch.setenv(VARIABLE, json.dumps({"test": GOOD, "prod": GOOD}))
    error = refusal("stage", {"prod": GOOD, "demo": GOOD})
    assert error.happened == 'There are no credentials "stage".'
    assert 'one of "demo", "prod", "test", or' in error.remedy


def test_without_any_set_the_remedy_says_where_they_belong() -> None:
    """A name needs sets; the default set is none of them."""
    with pytest.raises(ConfigurationError, match='no credentials "prod"') as caught:
        resolve(stack_config(token="abc"), "prod", HOST)
    assert STACK_KEY in caught.value.remedy
    assert VARIABLE in caught.value.remedy


def test_another_host_is_refused_with_the_place_of_the_list() -> None:
    """The error names credentials and host, and who may change what."""
    error = refusal("prod", {"prod": GOOD | {"hostnames": ["*.example.com"]}}, "idp.evil.org")
    assert f'"prod" of {STACK_KEY} may not be used for idp.evil.org' in error.happened
    assert "`hostnames`" in error.remedy


@pytest.mark.parametrize("name", ["", "prod"])
def test_a_preview_without_any_set_has_no_problem(name: str) -> None:
    """A pull request that is given no secrets previews all the same."""
    assert problem(stack_config(), name, HOST) == ""


@pytest.mark.parametrize("credentials", [CANARY, {"prod": {"tokn": CANARY}}, {}], ids=repr)
def test_a_preview_of_the_default_set_reads_no_sets(credentials: object) -> None:
    """Who names no set is not kept from a preview by a wrong one."""
    assert problem(stack_config(credentials=credentials), "", HOST) == ""


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        ("stage", {"prod": GOOD}),
        ("prod", {"prod": {}}),
        ("prod", {"prod": {"tokn": CANARY}}),
        ("prod", CANARY),
        ("prod", {"prod": GOOD | {"hostnames": ["*.evil.org"]}}),
    ],
    ids=str,
)
def test_a_preview_tells_what_the_update_would(name: str, credentials: object) -> None:
    """Everything that needs no network is found before anything is sent."""
    error = refusal(name, credentials)
    found = problem(stack_config(credentials=credentials), name, HOST)
    assert found == f"{error.happened} Next: {error.remedy}"


def test_a_preview_with_good_credentials_has_no_problem() -> None:
    """What the update would use is not talked about."""
    assert problem(stack_config(credentials={"prod": GOOD}), "prod", HOST) == ""
