"""What a preview tells of existing tenants, as the engine and its user see it."""

from __future__ import annotations

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.contract.host import UNKNOWN, HostError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator
    from tests.contract.conftest import OpenHost
    from tests.contract.host import Host

READING = {"smtpconfig:readBack": "admin"}
TITLE = 'Tenant "ACME" on idp.example.com'
CONNECT_TO = re.compile(r"warning: SMTPCONFIG_CONNECT_TO is set: .*\n")
WHOLE = re.compile(r'warning: Tenant "t\d+" on .* Its password is sent too\.')
OTHER = {"host": "old.example", "from": "no-reply@acme.example", "password": "0ld-canary-1"}
MARGIN = 8.0
"""Seconds that a busy machine may add to a limit."""


@pytest.fixture
def shift(acme: dict[str, Any]) -> dict[str, Any]:
    """The properties of a tenant on SHIFT."""
    return acme | {"platform": "shift"}


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where connections are accepted and nothing is ever said."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def told(host: Host) -> str:
    """End a host, and return what it told of tenants."""
    return CONNECT_TO.sub("", host.close())


def test_a_preview_tells_what_an_up_replaces(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """With one request, which changes nothing; neither password nor token is in the line."""
    emulator.tenants["ACME"] = OTHER | {"user": f"x{emulator.token[4:14]}"}
    with open_host(READING) as host:
        assert not host.check(shift)[1]
        line = told(host)
    assert 'user: (not shown, because it may contain a secret) -> "acme"' in line
    assert line.startswith(f"warning: {TITLE} already has mail settings. `pulumi up` replaces ")
    assert 'host: "old.example" -> "smtp.acme.example", ' in line
    assert line.count("\n") == 1
    assert "canary" not in line
    assert [request.method for request in emulator.requests] == ["GET"]


@pytest.mark.parametrize("refused", [False, True], ids=["accepted", "refused"])
def test_an_up_reads_and_tells_once(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any], *, refused: bool
) -> None:
    """After a request that was refused, nothing was replaced."""
    emulator.tenants["ACME"] = dict(OTHER)
    if refused:
        emulator.order(Fault(400, on="mail"))
    with open_host(READING) as host:
        inputs, _ = host.check(shift)
        with pytest.raises(HostError, match="400") if refused else nullcontext():
            host.create(inputs)
        lines = told(host)
    assert [request.method for request in emulator.requests] == ["GET", "POST"]
    assert lines.count("warning: ") == 1
    assert "replaced" not in lines


def test_what_is_in_the_state_is_not_read(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """A preview of an update needs no request."""
    with open_host(READING) as host:
        inputs, _ = host.check(shift)
        emulator.requests.clear()
        host.check(shift | {"host": "new.example"}, inputs)
    assert not emulator.requests


def test_inputs_that_the_program_marks_as_secret_are_hidden_and_forgotten(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """The program names them, and neither the checked inputs nor the state have that list."""
    emulator.tenants["ACME"] = OTHER | {"user": "old-canary"}
    with open_host(READING) as host:
        inputs, _ = host.check(shift | {"user": "new-canary", "secretInputs": ["user"]})
        assert inputs == shift | {"user": "new-canary"}
        lines = told(host)
    assert "user: [secret] -> [secret]" in lines
    assert "canary" not in lines


def test_a_secret_number_is_hidden_within_texts(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """A name that contains a secret port is not shown."""
    emulator.tenants["ACME"] = OTHER | {"fromDisplayName": "old 26262"}
    with open_host(READING) as host:
        host.check(shift | {"port": 26262.0, "secretInputs": ["port"]})
        lines = told(host)
    assert "already has mail settings" in lines
    assert "26262" not in lines


@pytest.mark.parametrize("key", ["tenantId", "hostname"])
def test_a_tenant_with_a_secret_name_is_not_told_of(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any], key: str
) -> None:
    """Each line about a tenant names it."""
    emulator.tenants["ACME"] = dict(OTHER)
    with open_host(READING) as host:
        host.check(shift | {"secretInputs": [key]})
        assert not told(host)


@pytest.mark.parametrize(
    ("config", "variables"),
    [
        (READING, {"SMTPCONFIG_TOKEN": ""}),
        (READING, {"SMTPCONFIG_TOKEN": "with space"}),
        (READING, {"SMTPCONFIG_TOKEN": "another-token"}),
        (READING, {"SMTPCONFIG_CONNECT_TO": "127.0.0.1:1"}),
        (READING, {"SMTPCONFIG_CONNECT_TO": "", "HTTPS_PROXY": "", "https_proxy": ""}),
        (READING, {"SMTPCONFIG_CA_BUNDLE": ""}),
        (READING, {"SMTPCONFIG_CA_BUNDLE": "/nowhere.pem"}),
        (READING, {"SMTPCONFIG_TIMEOUT": "soon"}),
        (READING, {"SMTPCONFIG_PREVIEW_READS": "off"}),
        (READING | {"smtpconfig:previewReads": "off"}, {}),
        ({}, {}),
        ({"smtpconfig:readUrl": "https://elsewhere.example/{tenantId}"}, {}),
    ],
    ids=str,
)
def test_a_preview_that_cannot_read_stays_green_and_silent(
    open_host: OpenHost,
    emulator: Emulator,
    shift: dict[str, Any],
    config: dict[str, str],
    variables: dict[str, str],
) -> None:
    """Nothing is told, and nothing is a problem."""
    emulator.tenants["ACME"] = dict(OTHER)
    with open_host(config, **variables) as host:
        for news in (shift, shift | {"platform": "ssms"}, shift | {"tenantId": UNKNOWN}):
            assert not host.check(news)[1]
        assert not told(host)
    assert len(emulator.requests) <= 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, on="read"),
        Fault(404, '{"error": "Realm not found."}', on="read"),
        Fault(503, headers={"retry-after": "1"}, on="read"),
        Fault(302, headers={"location": "https://elsewhere.example"}, on="read"),
        Fault(200, "[]", on="read"),
        Fault(200, '{"realm": "ACME"}', on="read"),
        Fault(cut="body", on="read"),
    ],
    ids=lambda fault: f"{fault.status or fault.cut}{fault.body}",
)
def test_a_preview_asks_once(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any], fault: Fault
) -> None:
    """A failure is neither tried again nor told."""
    emulator.order(fault)
    with open_host(READING) as host:
        assert not host.check(shift)[1]
        assert not told(host)
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("source", ["variable", "config"])
def test_another_value_of_preview_reads_is_an_error(
    open_host: OpenHost, shift: dict[str, Any], source: str
) -> None:
    """It names the setting that was found, and what it may be."""
    variable = {"SMTPCONFIG_PREVIEW_READS": "fast"} if source == "variable" else {}
    config = {} if variable else {"smtpconfig:previewReads": "fast"}
    with open_host(READING | config, **variable) as host, pytest.raises(HostError) as error:
        host.check(shift)
    *_, happened, remedy = str(error.value).splitlines()
    name = "SMTPCONFIG_PREVIEW_READS" if variable else "smtpconfig:previewReads"
    assert happened.strip() == f"{name} is 'fast', which is not valid."
    assert remedy.strip() == "Next: set it to on or off; the default is on."


def test_lines_of_four_threads_are_whole(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """Each ends its own line, however many tenants are told of at once."""
    for number in range(100):
        emulator.tenants[f"t{number}"] = OTHER | {"fromDisplayName": "x" * 190}
    with open_host(READING) as host:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(host.check, [shift | {"tenantId": f"t{n}"} for n in range(100)]))
        lines = told(host).splitlines()
    assert len(lines) == 100
    assert all(map(WHOLE.fullmatch, lines))


def test_a_preview_waits_two_seconds_for_a_platform_that_hangs(
    open_host: OpenHost, shift: dict[str, Any], silent_address: str
) -> None:
    """And the operation goes on without a word."""
    with open_host(READING, SMTPCONFIG_CONNECT_TO=silent_address) as host:
        began = time.monotonic()
        assert not host.check(shift)[1]
        assert time.monotonic() - began < 2 + MARGIN
        assert not told(host)


def test_the_time_for_a_token_counts_too(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """A slow token endpoint leaves less for the platform, and is asked once."""
    emulator.latency = 1.5
    secret = {"SMTPCONFIG_CLIENT_ID": "pulumi", "SMTPCONFIG_CLIENT_SECRET": emulator.client_secret}
    try:
        with open_host(READING, SMTPCONFIG_TOKEN="", **secret) as host:
            assert not host.check(shift)[1]
            assert not told(host)
    finally:
        emulator.latency = 0
    kinds = [request.path.rpartition("/")[2] for request in emulator.requests]
    assert kinds[:1] == ["token"]
    assert kinds[1:] in ([], ["ACME"])


def test_a_wrong_login_is_tried_once_by_checks_and_creates_together(
    open_host: OpenHost, emulator: Emulator, shift: dict[str, Any]
) -> None:
    """A look before the up locks no account, and the create's error names the refusal."""
    login = {"SMTPCONFIG_CLIENT_ID": "pulumi", "SMTPCONFIG_CLIENT_SECRET": "wr0ng-canary"}
    url = "https://login.example.com/auth/realms/master/protocol/openid-connect/token"
    tenants = [shift | {"tenantId": f"t{n}"} for n in range(30)]
    with open_host(READING, SMTPCONFIG_TOKEN="", SMTPCONFIG_TOKEN_URL=url, **login) as host:
        with ThreadPoolExecutor(4) as threads:
            checked = list(threads.map(host.check, tenants))
        with pytest.raises(HostError, match="answered 401 Unauthorized"):
            host.create(checked[0][0])
        assert "canary" not in told(host)
    assert len(emulator.requests) == 1
