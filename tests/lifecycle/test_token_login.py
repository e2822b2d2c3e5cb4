"""A login by token, and what else Keycloak alone has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import ReadFailed
from tests.conftest import PASSWORD
from tests.lifecycle.sender import Harness

if TYPE_CHECKING:
    from pulumi_smtpconfig.interface import Reading, Request

SECRET = 'client\'sächer "secret" 1'
MASK = "*" * 10
TOKEN = {
    "authTokenUrl": "https://login.acme.example/token",
    "authTokenClientId": "mail",
    "authTokenClientSecret": SECRET,
    "authTokenScope": "smtp.send",
}
LIVE = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "port": "587"}
LIVE |= {"starttls": "true", "ssl": "false", "auth": "true", "user": "acme"}
BY_PASSWORD = LIVE | {"authType": "basic", "password": MASK}
BY_TOKEN = LIVE | TOKEN | {"authType": "token", "authTokenClientSecret": MASK}
OWN = {"allowUtf8": True, "debug": False, "timeout": 20, "connectionTimeout": 2.5}
OWN_LIVE = {"allowutf8": "true", "debug": "false", "timeout": "20000", "connectionTimeout": "2500"}


@pytest.fixture
def keycloak(acme: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a realm that logs in by a password."""
    minimal = ("platform", "hostname", "tenantId", "host", "from", "port", "starttls", "ssl")
    kept = {key: acme[key] for key in minimal}
    return kept | {"platform": "keycloak", "user": "acme", "password": PASSWORD}


@pytest.fixture
def by_token(keycloak: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a realm that logs in by a token."""
    return {key: value for key, value in keycloak.items() if key != "password"} | TOKEN


def having(live: dict[str, Any], **settings: str) -> Harness:
    """Return a harness whose realm has this map."""
    harness = Harness()
    harness.realm = {"smtpServer": live}
    harness.settings = settings
    return harness


def sent(harness: Harness) -> dict[str, Any]:
    """Return the map that was sent."""
    assert harness.sent[-1].body
    smtp_server: dict[str, Any] = harness.sent[-1].body["smtpServer"]
    return smtp_server


def refreshed(live: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], Harness]:
    """Return what a refresh makes of the state of these inputs, and its harness."""
    outputs = having({}).lifecycle.create(inputs)[1]
    harness = having(live)
    read = harness.lifecycle.read(outputs)
    assert read
    return read.outputs, harness


def test_a_token_is_sent_in_keycloaks_words(by_token: dict[str, Any]) -> None:
    """Its keys are there, no password is, and `authType` says which login counts."""
    harness = having(BY_PASSWORD | {"unknown": "kept"})
    outputs = harness.lifecycle.create(by_token)[1]
    assert sent(harness) == LIVE | TOKEN | {"authType": "token", "unknown": "kept"}
    assert harness.sent[-1].secrets == (SECRET,)
    assert outputs["authTokenClientSecret"] == SECRET


@pytest.mark.parametrize("platform", ["ssms", "shift"])
@pytest.mark.parametrize("given", [TOKEN, {"allowUtf8": False}, {"timeout": 5}, {"debug": True}])
def test_what_is_keycloaks_is_refused_elsewhere(
    harness: Harness, acme: dict[str, Any], platform: str, given: dict[str, Any]
) -> None:
    """A preview names each of them."""
    problems = harness.lifecycle.check(acme | {"platform": platform} | given).problems
    named = {each.property for each in problems if "is for Keycloak" in each.why}
    assert named == set(given)


@pytest.mark.parametrize("missing", [*TOKEN, "user"])
def test_half_a_set_names_what_is_missing(
    harness: Harness, by_token: dict[str, Any], missing: str
) -> None:
    """All but the scope are needed."""
    problems = harness.lifecycle.check(by_token | {missing: ""}).problems
    assert [each.property for each in problems] == (
        [] if missing == "authTokenScope" else [missing]
    )


def test_a_password_beside_a_token_is_refused(harness: Harness, by_token: dict[str, Any]) -> None:
    """Keycloak would drop it in silence."""
    (problem,) = harness.lifecycle.check(by_token | {"password": PASSWORD}).problems
    assert (problem.property, problem.code) == ("password", "E208")


def test_a_rotated_client_secret_alone_is_an_update(by_token: dict[str, Any]) -> None:
    """It is the only change, and it is sent."""
    harness = having(BY_TOKEN)
    outputs = harness.lifecycle.create(by_token)[1]
    news = by_token | {"authTokenClientSecret": "rotated"}
    assert harness.lifecycle.diff(outputs, news).changes == ["authTokenClientSecret"]
    harness.lifecycle.update(outputs, news)
    assert sent(harness)["authTokenClientSecret"] == "rotated"
    assert set(harness.sent[-1].secrets) == {"rotated", SECRET}


def test_a_referenced_client_secret_is_noticed_when_it_changes(
    by_token: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state has a fingerprint of it alone."""
    monkeypatch.setenv("MAIL_CLIENT_SECRET", SECRET)
    inputs = {key: value for key, value in by_token.items() if key != "authTokenClientSecret"}
    inputs |= {"authTokenClientSecretFrom": "env:MAIL_CLIENT_SECRET"}
    harness = having({})
    outputs = harness.lifecycle.create(inputs)[1]
    assert SECRET not in str(outputs)
    assert sent(harness)["authTokenClientSecret"] == SECRET
    assert not harness.lifecycle.diff(outputs, inputs).changes
    monkeypatch.setenv("MAIL_CLIENT_SECRET", "rotated")
    assert harness.lifecycle.diff(outputs, inputs).changes == ["authTokenClientSecretFrom"]
    assert "another client secret than the one that was sent" in harness.warnings[-1]
    harness.lifecycle.update(outputs, inputs)
    assert sent(harness)["authTokenClientSecret"] == "rotated"


@pytest.mark.parametrize(
    "live",
    [
        BY_TOKEN,
        BY_PASSWORD | {"authType": "token"},
        BY_PASSWORD | {"authType": "none"},
        BY_PASSWORD | {"auth": "false"},
    ],
)
def test_another_login_than_the_declared_password_is_drift(
    keycloak: dict[str, Any], live: dict[str, Any]
) -> None:
    """The next up puts it right."""
    outputs, _ = refreshed(live, keycloak)
    harness = having(live)
    changes = harness.lifecycle.diff(outputs, keycloak).changes
    assert changes
    harness.lifecycle.update(outputs, keycloak)
    assert sent(harness) == BY_PASSWORD | {"password": PASSWORD}


@pytest.mark.parametrize("live", [BY_PASSWORD, BY_TOKEN | {"authType": "basic"}])
def test_another_login_than_the_declared_token_is_drift(
    by_token: dict[str, Any], live: dict[str, Any]
) -> None:
    """Keys of a token that are left behind do not hide it."""
    outputs, _ = refreshed(live, by_token)
    harness = having(live)
    assert harness.lifecycle.diff(outputs, by_token).changes
    harness.lifecycle.update(outputs, by_token)
    assert sent(harness) == LIVE | TOKEN | {"authType": "token"}


@pytest.mark.parametrize("key", ["password", "authTokenClientSecret"])
def test_a_secret_that_is_gone_is_drift(
    keycloak: dict[str, Any], by_token: dict[str, Any], key: str
) -> None:
    """A realm shows a secret as its mask, so one that it does not show is not there."""
    inputs, live = (keycloak, BY_PASSWORD) if key == "password" else (by_token, BY_TOKEN)
    unchanged, _ = refreshed(live, inputs)
    assert not Harness().lifecycle.diff(unchanged, inputs).changes
    outputs, harness = refreshed({k: v for k, v in live.items() if k != key}, inputs)
    assert "any more. The next `pulumi up` sends it again" in harness.warnings[-1]
    assert harness.lifecycle.diff(outputs, inputs).changes == [key]
    harness.lifecycle.update(outputs, inputs)
    assert sent(harness)[key] == inputs[key]


def test_a_referenced_password_that_is_gone_is_sent_again(
    keycloak: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fingerprint in the state says what was sent, not what is there."""
    monkeypatch.setenv("ACME", PASSWORD)
    inputs = {key: value for key, value in keycloak.items() if key != "password"}
    inputs |= {"passwordFrom": "env:ACME"}
    live = {key: value for key, value in BY_PASSWORD.items() if key != "password"}
    outputs, harness = refreshed(live, inputs)
    assert harness.lifecycle.diff(outputs, inputs).changes == ["passwordFrom"]
    assert "a password that the platform does not have any more" in harness.warnings[-1]
    harness.lifecycle.update(outputs, inputs)
    assert sent(harness)["password"] == PASSWORD


def test_settings_of_keycloaks_own_are_sent_in_its_units(keycloak: dict[str, Any]) -> None:
    """Seconds become milliseconds, and every value a text."""
    harness = having({})
    harness.lifecycle.create(keycloak | OWN)
    assert sent(harness) == BY_PASSWORD | OWN_LIVE | {"password": PASSWORD}


def test_settings_of_keycloaks_own_survive_if_they_are_left_out(keycloak: dict[str, Any]) -> None:
    """They are neither changed nor drift."""
    outputs, harness = refreshed(BY_PASSWORD | OWN_LIVE, keycloak)
    assert not harness.lifecycle.diff(outputs, keycloak).changes
    harness.lifecycle.update(outputs, keycloak | {"fromDisplayName": "Acme"})
    assert OWN_LIVE.items() <= sent(harness).items()


@pytest.mark.parametrize("key", OWN)
@pytest.mark.parametrize("change", ["another value", "gone"])
def test_settings_of_keycloaks_own_are_compared_if_they_are_given(
    keycloak: dict[str, Any], key: str, change: str
) -> None:
    """Drift in each is seen."""
    name = {"allowUtf8": "allowutf8"}.get(key, key)
    other = {"true": "false", "false": "true"}.get(OWN_LIVE[name], "1")
    live = BY_PASSWORD | OWN_LIVE | {name: other}
    if change == "gone":
        del live[name]
    outputs, harness = refreshed(live, keycloak | OWN)
    assert harness.lifecycle.diff(outputs, keycloak | OWN).changes == [key]
    same, _ = refreshed(BY_PASSWORD | OWN_LIVE, keycloak | OWN)
    assert not harness.lifecycle.diff(same, keycloak | OWN).changes


def test_adoption_names_the_login_that_goes_first(
    keycloak: dict[str, Any], by_token: dict[str, Any]
) -> None:
    """From token to password the token's keys are named, and the other way the password."""
    harness = having(BY_TOKEN | {"host": "old.example"})
    harness.lifecycle.create(keycloak)
    assert "authType, authTokenUrl, authTokenClientId, authTokenScope, " in harness.warnings[0]
    assert harness.warnings[0].endswith("authTokenClientSecret, host.")
    harness = having(BY_PASSWORD)
    harness.lifecycle.create(by_token)
    assert "were replaced: authType, " in harness.warnings[0]
    assert "password" in harness.warnings[0]


@pytest.mark.parametrize(
    ("version", "times"),
    [("26.3.3", 0), ("26.4.0", 0), ("26.10.1", 0), ("26.3.2", 1), ("9.0.3", 1)],
)
def test_a_server_that_is_too_old_is_told_after_the_write(
    keycloak: dict[str, Any], version: str, times: int
) -> None:
    """The settings are stored, but it does not use them."""
    harness = having({})
    harness.realm = {"smtpServer": {}, "systemInfo": {"version": version}}
    harness.lifecycle.create(keycloak | {"allowUtf8": True})
    told = [text for text in harness.warnings if "does not know allowUtf8" in text]
    assert len(told) == times
    assert all(f"Keycloak {version} " in text for text in told)


@pytest.mark.parametrize("live", [BY_PASSWORD, BY_PASSWORD | {"allowutf8": "true"}])
def test_without_a_version_what_is_stored_tells(
    keycloak: dict[str, Any], live: dict[str, Any]
) -> None:
    """Only an administrator of the server sees its version."""
    harness = having(live)
    harness.lifecycle.create(keycloak | {"allowUtf8": True})
    told = [text for text in harness.warnings if "does not know allowUtf8" in text]
    assert bool(told) == ("allowutf8" not in live)


class WithoutVersion(Harness):
    """A platform whose version cannot be read."""

    def read(self, request: Request, within: float | None = None) -> Reading:
        """Refuse to show the server, and nothing else."""
        if request.url.endswith("/serverinfo"):
            raise ReadFailed("No.", "ask.")
        return super().read(request, within)


def test_an_unreadable_version_is_no_failure(keycloak: dict[str, Any]) -> None:
    """The settings are sent by then, and nothing is known of the server."""
    harness = WithoutVersion()
    outputs = harness.lifecycle.create(keycloak | {"allowUtf8": True})[1]
    assert sent(harness)["allowutf8"] == "true"
    assert outputs["allowUtf8"] is True
    assert not harness.warnings
