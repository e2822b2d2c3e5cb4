from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.contract.host import UNKNOWN, Host, HostError

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tests.contract.conftest import OpenHost


def test_create_sends_the_documented_request(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Method, path, headers and body are the contract's; the host keeps the tenant's case."""
    id_, outputs = host.create(host.check(acme)[0])
    (request,) = emulator.requests
    assert (request.method, request.target) == ("POST", "/digitanium/v4/mail/config")
    assert request.header("host") == "ACME.idp.example.com"
    assert request.header("authorization") == f"Bearer {emulator.token}"
    assert request.header("content-type") == "application/json"
    assert json.loads(request.body) == {
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "port": "587",
        "starttls": "true",
        "ssl": "false",
        "replyTo": "help@acme.example",
        "replyToDisplayName": "Acme help",
        "fromDisplayName": "Acme",
        "envelopeFrom": "bounce@acme.example",
        "user": "acme",
        "password": acme["password"],
    }
    assert id_ == "ssms/idp.example.com/ACME"
    assert outputs == acme | {"endpoint": "https://ACME.idp.example.com/digitanium/v4/mail/config"}


def test_preview_sends_nothing(host: Host, emulator: Emulator, acme: dict[str, Any]) -> None:
    """It calls only check and diff."""
    inputs, failures = host.check(acme | {"password": UNKNOWN})
    assert not failures
    assert host.diff(acme, inputs) == (True, [])
    assert not emulator.requests


@pytest.mark.parametrize("key", ["host", "from", "port", "ssl", "starttls", "tenantId", "platform"])
def test_an_unknown_value_stays_unknown(host: Host, acme: dict[str, Any], key: str) -> None:
    """A preview reports no problem for it, whatever its type."""
    inputs, failures = host.check(acme | {key: UNKNOWN})
    assert not failures
    assert inputs[key] == UNKNOWN


def test_all_problems_are_reported_at_once_without_a_property(
    host: Host, acme: dict[str, Any]
) -> None:
    """The engine would print the value of a property that it is given."""
    bad = acme | {"host": " ", "port": 70000, "password": "****", "platform": "gmail"}
    without_defaults = {key: bad[key] for key in bad if key not in {"port", "starttls"}}
    assert host.check(without_defaults | {"ssl": "maybe"})[1]
    _, failures = host.check(bad | {"user": None})
    assert all(failure.startswith("|") for failure in failures)
    assert [failure.split(":")[0] for failure in failures] == [
        "|platform",
        "|host",
        "|port",
        "|password",
    ]


def test_a_refresh_leaves_nothing_to_update(host: Host, acme: dict[str, Any]) -> None:
    """Read returns what the state has, with the same numbers."""
    inputs, _ = host.check(acme)
    _, outputs = host.create(inputs)
    id_, read_outputs, read_inputs = host.read(outputs)
    assert (id_, read_outputs, read_inputs) == ("id", outputs, inputs)
    assert host.diff(read_outputs, inputs) == (False, [])


def test_an_update_sends_all_settings_once(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A changed password is one request with all eleven fields."""
    olds, news = acme, acme | {"password": "rotated"}
    assert host.diff(olds, news) == (True, [])
    assert host.update(olds, news)["password"] == "rotated"
    (request,) = emulator.requests
    assert len(request.json()) == 11
    assert emulator.tenants["ACME"]["password"] == "rotated"


def test_delete_sends_nothing_and_says_so(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A warning says that the tenant keeps its settings."""
    with open_host({}) as host:
        host.delete(acme)
        assert 'Tenant "ACME" on idp.example.com keeps its mail settings' in host.close()
    assert not emulator.requests


def test_a_failure_ends_with_what_to_do_next(open_host: OpenHost, acme: dict[str, Any]) -> None:
    """Before the remedy come the tenant, the URL and the response."""
    with (
        open_host({}, SMTPCONFIG_TOKEN="another-token") as host,
        pytest.raises(HostError) as error,
    ):
        host.create(acme)
    *_, doing, happened, remedy = str(error.value).strip().splitlines()
    assert 'tenant "ACME"' in doing
    assert "https://ACME.idp.example.com/digitanium/v4/mail/config" in doing
    assert "401 Unauthorized" in happened
    assert remedy.strip().startswith("Next: ")


def test_the_variable_wins_over_the_config(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A pipeline's short-lived token is used although the stack has another."""
    with open_host({"smtpconfig:token": "stale", "smtpconfig:timeout": "7"}) as host:
        host.create(acme)
    assert emulator.requests[0].header("authorization") == f"Bearer {emulator.token}"


def test_a_failing_host_shows_no_secret(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Neither the error nor the output has one, even if the platform echoes it."""
    emulator.order(Fault(500, f"<b>{acme['password']}</b> {json.dumps(acme['password'])}"))
    with open_host({}) as host:
        with pytest.raises(HostError) as error:
            host.create(acme)
        text = str(error.value) + host.close()
    assert "canary" not in text
    assert emulator.token not in text


def test_four_threads_share_one_client(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The warning that `connectTo` is set is shown once."""
    with open_host({}) as host:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(host.create, [acme | {"tenantId": f"t{n}"} for n in range(12)]))
        assert host.close().count("SMTPCONFIG_CONNECT_TO is set") == 1
    assert len(emulator.tenants) == 12


def test_thirty_tenants_try_a_wrong_oauth_login_once(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Whichever tenant comes first tries it, and the others name it."""
    login = {"SMTPCONFIG_CLIENT_ID": "pulumi", "SMTPCONFIG_CLIENT_SECRET": "wr0ng-canary"}
    url = "https://login.example.com/auth/realms/master/protocol/openid-connect/token"

    def message(host: Host, tenant: str) -> str:
        with pytest.raises(HostError) as error:
            host.create(acme | {"tenantId": tenant})
        return str(error.value)

    with (
        open_host({}, SMTPCONFIG_TOKEN="", SMTPCONFIG_TOKEN_URL=url, **login) as host,
        ThreadPoolExecutor(30) as threads,
    ):
        messages = list(threads.map(partial(message, host), [f"t{n}" for n in range(30)]))
    assert [request.path for request in emulator.requests] == [urlsplit(url).path]
    assert all("answered 401 Unauthorized" in message for message in messages)
    assert sum('That was for Tenant "t' in message for message in messages) == 29
    assert "canary" not in "".join(messages)


@pytest.mark.parametrize(
    "triggers", [["a"], [1, 2.5, True], [[], {}], [{"backup": [1, {"of": "monday"}]}]], ids=str
)
def test_triggers_are_kept_unchanged(
    host: Host, acme: dict[str, Any], triggers: list[object]
) -> None:
    """They show no change in the next preview."""
    inputs, failures = host.check(acme | {"triggers": triggers})
    assert not failures
    _, outputs = host.create(inputs)
    assert outputs["triggers"] == inputs["triggers"] == triggers
    assert host.diff(outputs, inputs) == (False, [])


@pytest.mark.parametrize("triggers", [UNKNOWN, [UNKNOWN], ["a", {"b": [UNKNOWN]}]], ids=str)
def test_partly_unknown_triggers_are_unknown(
    host: Host, acme: dict[str, Any], triggers: object
) -> None:
    """A preview shows the change."""
    inputs, failures = host.check(acme | {"triggers": triggers})
    assert not failures
    assert inputs["triggers"] == UNKNOWN
    assert host.diff(acme | {"triggers": ["a"]}, inputs) == (True, [])


def test_changed_triggers_send_the_settings_again(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A restored platform gets the settings that it lost."""
    old = host.check(acme | {"triggers": ["monday"]})[0]
    new = host.check(acme | {"triggers": ["tuesday"]})[0]
    _, outputs = host.create(old)
    assert host.diff(outputs, new) == (True, [])
    host.update(outputs, new)
    first, second = emulator.requests
    assert first.body == second.body


@pytest.mark.parametrize("triggers", ["monday", 5, {"a": 1}], ids=str)
def test_triggers_that_are_not_a_list_are_refused(
    host: Host, acme: dict[str, Any], triggers: object
) -> None:
    """One trigger is a list with one value."""
    (failure,) = host.check(acme | {"triggers": triggers})[1]
    assert failure.startswith("|triggers: ")
