"""Live settings that contain a secret: masked in state and diffs, told, and put right."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.conftest import PASSWORD
from tests.lifecycle.sender import Harness
from tests.secrets import FORMS, leaks

if TYPE_CHECKING:
    from collections.abc import Callable

LIVE = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "port": "587"}
TEXTS = [
    *("host", "from", "fromDisplayName", "replyTo", "replyToDisplayName"),
    *("envelopeFrom", "user", "port"),
]
"""The live settings that can contain any text on a platform that does not check them."""

SURROUNDED = [f"{{}}-{PASSWORD}", f"{PASSWORD}{{}}", PASSWORD[:12], PASSWORD[-9:], PASSWORD.upper()]


def reading(live: dict[str, Any], *secrets: str) -> Harness:
    """Return a harness that reads these settings, with a request that had these secrets."""
    harness = Harness()
    harness.settings = {"readBack": "admin"}
    harness.realm = {"smtpServer": live}
    harness.secrets = secrets
    return harness


@pytest.fixture
def state(acme: dict[str, Any]) -> dict[str, Any]:
    """The state of a tenant on SHIFT."""
    return acme | {"platform": "shift", "endpoint": "https://idp.example.com/x"}


def refreshed(harness: Harness, state: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs of a refresh, whose inputs are the same."""
    read = harness.lifecycle.read(state)
    assert read is not None
    assert read.outputs == read.inputs | {"endpoint": state["endpoint"]}
    return read.outputs


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("key", TEXTS)
def test_a_value_that_contains_the_password_is_masked(
    state: dict[str, Any], key: str, form: Callable[[str], str]
) -> None:
    """In any setting and any encoding, and the warning names the tenant and the setting."""
    harness = reading(LIVE | {key: f"x {form(PASSWORD)}"})
    outputs = refreshed(harness, state)
    assert outputs[key] == NOT_SHOWN
    assert outputs["password"] == PASSWORD
    (warning,) = harness.warnings
    assert f'Tenant "ACME" on idp.example.com: what the platform has in {key} may ' in warning
    assert "`pulumi up`" in warning
    assert not leaks(f"{warning} {outputs | {'password': ''}}", [PASSWORD])


@pytest.mark.parametrize("text", SURROUNDED)
def test_a_part_of_the_password_is_masked_too(state: dict[str, Any], text: str) -> None:
    """8 characters in a row reveal too much."""
    assert refreshed(reading(LIVE | {"user": text}), state)["user"] == NOT_SHOWN


@pytest.mark.parametrize("user", ["client:t0k3n-s3cret@", "t0k3n@", "a:b@c:d@"])
@pytest.mark.parametrize("start", ["https://", "http://", "//", "", "https:/"])
def test_a_token_url_with_a_user_is_masked(state: dict[str, Any], start: str, user: str) -> None:
    """No program can declare such a URL, and what is before the host is often a password."""
    url = f"{start}{user}login.acme.example/token"
    harness = reading(LIVE | {"auth": "true", "authType": "token", "authTokenUrl": url})
    outputs = refreshed(harness, state | {"platform": "keycloak"})
    assert outputs["authTokenUrl"] == NOT_SHOWN
    assert outputs["host"] == LIVE["host"]
    assert "what the platform has in authTokenUrl may contain a password" in str(harness.warnings)
    assert user not in f"{outputs} {harness.warnings}"


@pytest.mark.parametrize("value", [{"pw": PASSWORD}, [PASSWORD], "x" * 3000], ids=str)
def test_a_value_of_any_type_is_masked(state: dict[str, Any], value: object) -> None:
    """A hostile platform may report a list, an object, or more than can be searched."""
    assert refreshed(reading(LIVE | {"user": value}), state)["user"] == NOT_SHOWN


def test_the_password_of_a_reference_is_masked(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state has only its name, and the password is known if it can be read here."""
    monkeypatch.setenv("ACME_SMTP_PASSWORD", PASSWORD)
    referring = state | {"password": None, "passwordFrom": "env:ACME_SMTP_PASSWORD"}
    encoded = base64.b64encode(PASSWORD.encode()).decode()
    harness = reading(LIVE | {"fromDisplayName": encoded})
    read = harness.lifecycle.read(referring)
    assert read is not None
    assert read.outputs["fromDisplayName"] == NOT_SHOWN


def test_other_secrets_of_the_request_are_masked(state: dict[str, Any]) -> None:
    """A hostile platform repeats the access token."""
    harness = reading(LIVE | {"user": "x an-access-token y"}, "an-access-token")
    assert refreshed(harness, state)["user"] == NOT_SHOWN


def test_a_password_that_the_platform_does_not_mask_is_masked_elsewhere(
    state: dict[str, Any],
) -> None:
    """Somebody set another password there, and its user contains it."""
    harness = reading(LIVE | {"password": "an0ther-one", "user": "acme:an0ther-one"})
    assert refreshed(harness, state)["user"] == NOT_SHOWN


def test_all_masked_settings_are_named_in_one_warning(state: dict[str, Any]) -> None:
    """And only these."""
    harness = reading(LIVE | {"user": PASSWORD, "replyTo": quote(PASSWORD), "host": "new.example"})
    assert refreshed(harness, state)["host"] == "new.example"
    (warning,) = harness.warnings
    assert "has in replyTo, user may contain" in warning


@given(key=st.sampled_from(TEXTS), before=st.text(max_size=20), after=st.text(max_size=20))
def test_masked_drift_is_seen_and_put_right(key: str, before: str, after: str) -> None:
    """The next diff shows it, and the update sends the declared value and no placeholder."""
    state = {
        "platform": "shift",
        "hostname": "idp.example.com",
        "tenantId": "acme",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "port": 587,
        "ssl": False,
        "starttls": True,
        "user": "acme",
        "password": PASSWORD,
        "endpoint": "https://idp.example.com/auth/realms/acme/mail/setup",
    }
    live = {each: str(value) for each, value in state.items() if each in TEXTS}
    harness = reading(live | {"starttls": "true", key: f"{before}{PASSWORD}{after}"})
    outputs = refreshed(harness, state)
    assert outputs[key] == NOT_SHOWN
    inputs = {each: value for each, value in state.items() if each != "endpoint"}
    assert harness.lifecycle.diff(outputs, inputs).changes == [key]
    assert harness.lifecycle.update(outputs, inputs) == state
    (request,) = harness.sent
    assert NOT_SHOWN not in str(request.body)


def test_a_value_that_the_program_declared_is_no_drift(state: dict[str, Any]) -> None:
    """The state has it already, and a masked one would be sent again for ever."""
    declared = state | {"user": "acme", "password": "acme", "port": 587, "ssl": False}
    live = LIVE | {key: declared[key] for key in TEXTS} | {"starttls": "true"}
    harness = reading(live)
    assert refreshed(harness, declared) == declared
    assert not harness.warnings


@pytest.mark.parametrize("key", [key for key in TEXTS if key not in {"from", "port"}])
def test_a_placeholder_is_never_sent(harness: Harness, acme: dict[str, Any], key: str) -> None:
    """`ignore_changes` makes the engine declare what the state has."""
    masked = acme | {key: NOT_SHOWN}
    (problem,) = harness.lifecycle.check(masked).problems
    assert problem.property == key
    assert "ignore_changes" in problem.why
    for step in (harness.lifecycle.create, lambda news: harness.lifecycle.update(acme, news)):
        with pytest.raises(ConfigurationError, match="ignore_changes"):
            step(masked)
    assert not harness.sent


def test_a_diff_tells_of_a_new_password_in_the_state(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """A refresh knows the old password only, so it kept a user that contains the new one."""
    before = acme | {"user": "an0ther-one"}
    harness.lifecycle.diff(before, acme | {"password": "an0ther-one"})
    rotated, warning = harness.warnings
    assert "contains another password" in rotated
    assert 'Tenant "ACME" on idp.example.com: what the state has in user may contain' in warning
    assert "an0ther" not in rotated + warning
