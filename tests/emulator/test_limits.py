"""What clients can make the emulator keep, and for how long they can make it wait."""

import json
import signal
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from urllib.parse import urlencode

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault, ReceivedRequest
from pulumi_smtpconfig.emulator.application import MOST_FAULTS
from pulumi_smtpconfig.emulator.listener import MOST_CONNECTIONS
from pulumi_smtpconfig.emulator.platform import MOST_SETTINGS, MOST_TENANTS
from pulumi_smtpconfig.emulator.server import PATIENCE
from pulumi_smtpconfig.emulator.tokens import MOST_TOKENS, Tokens
from tests.emulator.requests import (
    CLIENT,
    FORM,
    SECRET,
    SETTINGS,
    SHIFT,
    UPDATED,
    connect,
    exchange,
    exchange_all,
    granted,
    handshake,
    http,
    read,
    send,
    until_closed,
)
from tests.emulator.terminal import terminal

NAME = "idp.example.com"
HEAD = b"POST /auth/realms/acme/mail/setup HTTP/1.1\r\nHost: idp.example.com\r\n"


def test_the_latest_requests_are_kept() -> None:
    """By default 1,000; the list stays one that a test can read, slice and clear."""
    with Emulator() as emulator:
        requests = [http(b"GET", b"/", connection=b"keep-alive")] * 1500
        assert set(exchange_all(emulator.environment, NAME, requests)) == {404}
        assert len(emulator.requests) == 1000
        send(emulator.environment, SHIFT)
        assert (len(emulator.requests), emulator.requests[-1].method) == (1000, "POST")
        emulator.requests.clear()
        send(emulator.environment, SHIFT)
        assert [request.json() for request in emulator.requests[:1]] == [SETTINGS]


@pytest.mark.parametrize("kept", [0, 1, 5])
def test_how_many_requests_are_kept_can_be_chosen(kept: int) -> None:
    """The oldest ones go first; with 0, none is kept."""
    with Emulator(keep_requests=kept) as emulator:
        for number in range(7):
            read(emulator, SHIFT.replace("acme", str(number)))
        targets = [request.target for request in emulator.requests]
    assert targets == [f"/auth/realms/{number}/mail/setup" for number in range(7 - kept, 7)]


def grant(tokens: Tokens) -> str:
    """Return a new token of the realm acme."""
    form = {**CLIENT, "client_secret": SECRET}
    request = ReceivedRequest("POST", "/", (("content-type", FORM),), urlencode(form).encode())
    return str(json.loads(tokens.grant(request, "acme").body)["access_token"])


def test_expired_and_surplus_tokens_are_forgotten() -> None:
    """Expired ones at the next grant, the oldest ones if there are too many."""
    tokens = Tokens("fixed", 3600)
    tokens.client_secret = SECRET
    first, second = grant(tokens), grant(tokens)
    for _ in range(MOST_TOKENS - 1):
        grant(tokens)
    assert [tokens.accepts(each, "acme") for each in (first, second)] == [False, True]
    assert len(tokens._granted) == MOST_TOKENS

    brief = Tokens("fixed", 0.01)
    brief.client_secret = SECRET
    for _ in range(10):
        grant(brief)
    time.sleep(0.02)
    grant(brief)
    assert len(brief._granted) == 1


def test_tokens_are_granted_while_they_are_revoked(emulator: Emulator) -> None:
    """Another thread that revokes all tokens does not disturb a grant."""
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(granted, emulator) for _ in range(50)]
        while not all(each.done() for each in waiting):
            emulator.revoke_tokens()
        assert all(each.result() for each in waiting)


def test_the_number_of_tenants_is_limited(emulator: Emulator) -> None:
    """A new one is refused with the reason, and the ones that exist still change."""
    emulator.tenants.update({str(number): {} for number in range(MOST_TENANTS - 1)})
    assert send(emulator.environment, SHIFT).json() == UPDATED
    refused = send(emulator.environment, SHIFT.replace("acme", "other"))
    assert (refused.status_code, refused.json()) == (
        400,
        {"error": "The emulator keeps the settings of at most 10,000 tenants."},
    )
    assert send(emulator.environment, SHIFT).json() == UPDATED
    assert len(emulator.tenants) == MOST_TENANTS


def test_the_number_of_settings_is_limited(emulator: Emulator) -> None:
    """Thousands of tiny keys would take far more memory than the body."""
    most = {**SETTINGS, **{str(number): "" for number in range(MOST_SETTINGS - len(SETTINGS))}}
    assert send(emulator.environment, SHIFT, most).json() == UPDATED
    assert send(emulator.environment, SHIFT, {**most, "x": ""}).status_code == 400


def test_the_number_of_faults_is_limited(emulator: Emulator) -> None:
    """An order that is too large is refused as a whole."""
    emulator.order(*[Fault(503)] * (MOST_FAULTS - 1))
    with pytest.raises(ValueError, match="At most 10,000 faults"):
        emulator.order(Fault(501), Fault(502))
    emulator.order(Fault(501))
    assert send(emulator.environment, SHIFT).status_code == 503


def test_the_representation_of_a_request_has_no_secret(emulator: Emulator) -> None:
    """No token, password, client secret or query; it names the request all the same."""
    secret = emulator.client_secret
    send(emulator.environment, f"{SHIFT}?token={emulator.token}", Cookie="session=canary")
    granted(emulator)
    for request in emulator.requests:
        for text in (repr(request), str(request), f"{[request]}"):
            assert "idp.example.com" in text
            for hidden in (emulator.token, SETTINGS["password"], secret, "canary", "token="):
                assert hidden not in text
    assert repr(emulator.requests[0]) == (
        "<ReceivedRequest POST '/auth/realms/acme/mail/setup' host='idp.example.com' 90 bytes>"
    )


LENGTH, CHUNKS = b"Content-Length: 9999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"
SLOW: dict[str, tuple[bool, bytes, bytes]] = {
    "no handshake": (False, b"", b""),
    "half a handshake": (False, b"\x16\x03\x01\x02\x00\x01", b""),
    "a handshake byte by byte": (False, b"\x16\x03\x01\x40\x00\x01", b"\x00"),
    "no request": (True, b"", b""),
    "half a head": (True, HEAD, b""),
    "an endless head": (True, HEAD, b"X: y\r\n"),
    "half a body": (True, HEAD + LENGTH + b"1234", b""),
    "a body byte by byte": (True, HEAD + LENGTH, b"x"),
    "endless chunks": (True, HEAD + CHUNKS, b"1\r\nx\r\n"),
    "an endless second head": (True, HEAD + b"\r\n", HEAD[:6] + b"X"),
    "requests whose responses are not read": (
        True,
        b"",
        http(b"GET", b"/", connection=b"keep-alive") * 10_000,
    ),
}
"""Whether it comes over TLS, what is sent first, and what is then sent again and again."""


ENDED = ConnectionError, ssl.SSLEOFError


def wait_for_end(to: Mapping[str, str], attack: tuple[bool, bytes, bytes]) -> None:
    """Connect, and return when the emulator closes the connection."""
    secure, first, again = attack
    with handshake(to, NAME) if secure else connect(to) as sock, suppress(*ENDED):
        sock.settimeout(60)
        sock.sendall(first)
        while again or sock.recv(1):
            sock.sendall(again)
            time.sleep(0.2)


def test_slow_clients_are_cut(record_property: Callable[[str, object], None]) -> None:
    """Each client that keeps the emulator waiting is cut, and others are served meanwhile."""
    with ThreadPoolExecutor(len(SLOW) + 1) as pool, terminal() as (process, environment):
        assert process.stdout
        pool.submit(process.stdout.read)
        started = time.monotonic()
        waiting = {name: pool.submit(wait_for_end, environment, SLOW[name]) for name in SLOW}
        while not all(each.done() for each in waiting.values()):
            assert send(environment, SHIFT).status_code == 200
            time.sleep(0.5)
        took = time.monotonic() - started
        assert [each.exception() for each in waiting.values()] == [None] * len(SLOW)
        process.terminate()
        assert process.stderr
        assert process.stderr.read() == ""
    record_property("note", f"{len(SLOW)} slow clients were cut after at most {took:.1f} s")


def test_a_patient_client_is_not_cut(emulator: Emulator) -> None:
    """Neither while it waits for a delayed response, nor while its connection is idle."""
    one, last = http(b"GET", b"/", connection=b"keep-alive"), http(b"GET", b"/")
    with handshake(emulator.environment, NAME) as idle, ThreadPoolExecutor() as pool:
        idle.sendall(one)
        assert idle.recv(1000).startswith(b"HTTP/1.1 404 ")
        emulator.order(Fault(501, delay=PATIENCE + 1))
        delayed = pool.submit(exchange, emulator.environment, http())
        time.sleep(PATIENCE + 1)
        idle.sendall(last)
        assert b"HTTP/1.1 404 " in until_closed(idle)
        assert delayed.result().startswith(b"HTTP/1.1 501 ")


def is_served(environment: Mapping[str, str]) -> bool:
    """Tell whether a request gets a response; otherwise its connection is closed at once."""
    with suppress(httpx.TransportError):
        return send(environment, SHIFT).status_code == 200
    return False


def test_the_number_of_connections_is_limited() -> None:
    """Surplus connections are closed at once, and others are served when some have ended."""
    with terminal() as (process, environment), ExitStack() as clients:
        held = [clients.enter_context(connect(environment)) for _ in range(MOST_CONNECTIONS)]
        surplus = clients.enter_context(connect(environment))
        with suppress(ConnectionError):
            assert surplus.recv(1) == b""
        for each in held:
            each.close()
        end = time.monotonic() + 60  # it may not have seen yet that the others left
        while not is_served(environment):
            assert time.monotonic() < end, "waited in vain"
        process.terminate()
        assert process.communicate(timeout=30)[1] == ""


def test_many_clients_at_a_time_are_served(emulator: Emulator) -> None:
    """64 at a time, as an engine with that much parallelism has, and 256 open connections."""
    with ExitStack() as clients, ThreadPoolExecutor(64) as pool:
        for _ in range(256):
            clients.enter_context(handshake(emulator.environment, NAME))
        sent = [pool.submit(send, emulator.environment, SHIFT) for _ in range(128)]
        assert {each.result().status_code for each in sent} == {200}


def test_open_connections_do_not_delay_the_end(
    record_property: Callable[[str, object], None],
) -> None:
    """Ctrl-C ends it with clients in every stage: in a handshake, head, body and response."""
    with terminal() as (process, environment), ExitStack() as clients:
        for secure, first, _ in SLOW.values():
            for _ in range(5):
                sock = handshake(environment, NAME) if secure else connect(environment)
                clients.enter_context(sock).sendall(first)
        refused = clients.enter_context(handshake(environment, NAME))
        refused.sendall(HEAD + b"Content-Length: 99999999\r\n\r\n")
        assert refused.recv(100)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == ""
        took = time.monotonic() - started
    assert process.returncode == 0
    record_property("note", f"ended {took:.2f} s after Ctrl-C")
    assert took < 10
