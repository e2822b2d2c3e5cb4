from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.contract.host import UNKNOWN, Host, HostError

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tests.contract.conftest import OpenHost


def test_create_posts_exactly_what_the_contract_documents(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The raw request has the documented method, path, headers and body, in the tenant's case."""
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
    """Check and diff, all that a preview calls, make no request."""
    inputs, failures = host.check(acme | {"password": UNKNOWN})
    assert not failures
    assert host.diff(acme, inputs) == (True, [])
    assert not emulator.requests


@pytest.mark.parametrize("key", ["host", "from", "port", "ssl", "starttls", "tenantId", "platform"])
def test_an_unknown_value_passes_check_as_unknown(
    host: Host, acme: dict[str, Any], key: str
) -> None:
    """What is not known in a preview is no problem, whatever its type, and stays unknown."""
    inputs, failures = host.check(acme | {key: UNKNOWN})
    assert not failures
    assert inputs[key] == UNKNOWN


def test_every_problem_is_reported_at_once_and_names_no_property_to_the_engine(
    host: Host, acme: dict[str, Any]
) -> None:
    """The engine prints the value of a property that is named to it, so none is."""
    wrong = acme | {"host": " ", "port": 70000, "password": "****", "platform": "gmail"}
    _, failures = host.check(wrong | {"user": None})
    assert all(failure.startswith("|") for failure in failures)
    assert [failure.split(":")[0] for failure in failures] == [
        "|platform",
        "|host",
        "|port",
        "|password",
    ]


def test_a_refresh_leaves_nothing_to_update(host: Host, acme: dict[str, Any]) -> None:
    """What read returns is what the state has, number for number, so that diff finds nothing."""
    inputs, _ = host.check(acme)
    _, outputs = host.create(inputs)
    id_, read_outputs, read_inputs = host.read(outputs)
    assert (id_, read_outputs, read_inputs) == ("id", outputs, inputs)
    assert host.diff(read_outputs, inputs) == (False, [])


def test_an_update_sends_all_settings_once(
    host: Host, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """A changed password alone is an update, of one request with all eleven fields."""
    olds, news = acme, acme | {"password": "rotated"}
    assert host.diff(olds, news) == (True, [])
    assert host.update(olds, news)["password"] == "rotated"
    (request,) = emulator.requests
    assert len(request.json()) == 11
    assert emulator.tenants["ACME"]["password"] == "rotated"


def test_delete_sends_nothing_and_says_so(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """The user reads that the tenant keeps its settings."""
    with open_host({}) as host:
        host.delete(acme)
        assert 'Tenant "ACME" on idp.example.com keeps its mail settings' in host.close()
    assert not emulator.requests


def test_a_failure_ends_with_what_to_do_next(open_host: OpenHost, acme: dict[str, Any]) -> None:
    """The last line of an error is the remedy, after the tenant, the URL and the answer."""
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
    """A pipeline's short-lived token is used though the stack holds another one."""
    with open_host({"smtpconfig:token": "stale", "smtpconfig:timeout": "7"}) as host:
        host.create(acme)
    assert emulator.requests[0].header("authorization") == f"Bearer {emulator.token}"


def test_the_password_is_in_nothing_that_a_failing_host_prints(
    open_host: OpenHost, emulator: Emulator, acme: dict[str, Any]
) -> None:
    """Neither the error nor the process's own output holds a secret, whatever is echoed."""
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
    """The warning that `connectTo` is on, which opening the client gives, comes once."""
    with open_host({}) as host:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(host.create, [acme | {"tenantId": f"t{n}"} for n in range(12)]))
        assert host.close().count("SMTPCONFIG_CONNECT_TO is set") == 1
    assert len(emulator.tenants) == 12
