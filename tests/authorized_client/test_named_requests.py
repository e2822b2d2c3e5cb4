from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.errors import SmtpConfigError
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.authorized_client.clients import open_client

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator

REALM = "https://idp.example.com/auth/admin/realms/ACME"
TOKEN = "https://idp.example.com/auth/realms/ACME/protocol/openid-connect/token"
CLIENT = {"clientId": "pulumi", "clientSecret": "cl1ent-s3cret"}


def failure(emulator: Emulator, acme: dict[str, Any], step: str, **settings: object) -> list[str]:
    """Return the lines of the error that a step of a Keycloak tenant's life ends with."""
    keycloak = acme | {"platform": "keycloak", "basePath": "/auth"}
    with open_client(emulator, {"token": emulator.token, **settings}) as client:
        lifecycle = Lifecycle(client, lambda _: None)
        with pytest.raises(SmtpConfigError) as caught:
            getattr(lifecycle, step)(keycloak | {"onDelete": "clear"})
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("step", "settings", "faults", "named"),
    [
        ("create", {}, [Fault(403, on="read")], f"GET {REALM} failed."),
        ("create", {}, [Fault(cut="header", on="read")], f"GET {REALM} failed."),
        ("create", {}, [Fault(200, "{}", on="read")], f"GET {REALM} failed."),
        ("create", CLIENT | {"token": ""}, [Fault(401, on="token")], f"POST {TOKEN} failed."),
        ("read", CLIENT | {"token": ""}, [Fault(503, on="token")], f"(POST {TOKEN}) failed."),
        ("read", {}, [Fault(403, on="read")], f"reading them (GET {REALM}) failed."),
        ("delete", {}, [Fault(403)], f"clearing them (PUT {REALM}) failed."),
    ],
    ids=[
        *("a read before a write", "a read that is cut", "a read without settings"),
        *("a token for a write", "a token for a read", "a refresh", "a clear"),
    ],
)
def test_an_error_names_the_request_that_failed(  # noqa: PLR0913, PLR0917 - what a case consists of
    emulator: Emulator,
    acme: dict[str, Any],
    step: str,
    settings: dict[str, object],
    faults: list[Fault],
    named: str,
) -> None:
    """Not the one that would have come later."""
    emulator.order(*faults)
    first, *_ = failure(emulator, acme, step, retries="0", **settings)
    assert first.startswith('Mail settings of tenant "ACME": ')
    assert first.endswith(named)


def test_a_trial_on_the_platform_is_named(emulator: Emulator, acme: dict[str, Any]) -> None:
    """It is another request than the write."""
    emulator.order(Fault(500))
    first, *_ = failure(emulator, acme | {"verify": "platform"}, "create", retries="0")
    assert first.endswith(f"(POST {REALM}/testSMTPConnection) failed.")


def test_a_refresh_says_which_config_it_uses(emulator: Emulator, acme: dict[str, Any]) -> None:
    """Whoever already followed the advice about the stack's config learns why it did not help."""
    assert "--run-program" in " ".join(failure(emulator, acme, "read", token=""))
    assert "--run-program" in " ".join(failure(emulator, acme, "read", timeout="soon"))


def test_variables_are_never_those_of_the_last_up(
    emulator: Emulator, acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came from the environment is named as the variable, without talk of an old config."""
    monkeypatch.setenv("SMTPCONFIG_TOKEN", "stale")
    shown = " ".join(failure(emulator, acme, "read"))
    assert "SMTPCONFIG_TOKEN" in shown
    assert "smtpconfig:" not in shown
    assert "--run-program" not in shown


def test_a_variable_that_wins_is_named_in_place_of_its_config_key(
    emulator: Emulator, acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raising the config key would change nothing."""
    monkeypatch.setenv("SMTPCONFIG_TIMEOUT", "0.3")
    emulator.order(Fault(delay=20, on="read"))
    shown = " ".join(failure(emulator, acme, "create", retries="0", timeout="20"))
    assert "within SMTPCONFIG_TIMEOUT" in shown
    assert "smtpconfig:timeout" not in shown


def test_a_wrong_read_url_is_named_as_where_it_came_from(
    emulator: Emulator, acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable if it is set there, else the config key."""
    url = "https://elsewhere.example/{tenantId}"
    with open_client(emulator, {"token": emulator.token, "readUrl": url}) as client:
        lifecycle = Lifecycle(client, lambda _: None)
        for source in ("smtpconfig:readUrl", "SMTPCONFIG_READ_URL"):
            with pytest.raises(SmtpConfigError, match=f"/ACME, the URL of {source}"):
                lifecycle.read(acme)
            monkeypatch.setenv("SMTPCONFIG_READ_URL", url)


def test_advice_names_the_variables_that_are_set(
    emulator: Emulator, acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens there, and the config key would change nothing."""
    monkeypatch.setenv("SMTPCONFIG_CONNECT_TO", "127.0.0.1:9")
    shown = " ".join(failure(emulator, acme, "create", retries="0"))
    assert "SMTPCONFIG_CONNECT_TO" in shown
    assert "smtpconfig:connectTo" not in shown
