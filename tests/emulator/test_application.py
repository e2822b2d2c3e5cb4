import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.emulator.requests import SETTINGS, SHIFT, UPDATED, ask, granted, read, send


def test_a_fault_replaces_one_response(emulator: Emulator) -> None:
    """Each POST meets one fault, in the order given; then the platform responds again."""
    emulator.order(
        Fault(429, "slow down", {"Retry-After": "1"}), Fault(502, b"<html>"), Fault(delay=0.01)
    )
    responses = [send(emulator.environment, SHIFT) for _ in range(2)]
    assert [(x.status_code, x.text) for x in responses] == [(429, "slow down"), (502, "<html>")]
    assert responses[0].headers["Retry-After"] == "1"
    assert emulator.tenants == {}
    assert [send(emulator.environment, SHIFT).json() for _ in range(2)] == [UPDATED, UPDATED]
    assert len(emulator.requests) == 4


@pytest.mark.parametrize("applied", [False, True], ids=["not applied", "applied"])
@pytest.mark.parametrize(
    "fault",
    [Fault(503), Fault(cut="header"), Fault(body='{"mess', cut="body")],
    ids=["a status", "cut before the response", "cut in the body"],
)
def test_applied_decides_whether_the_settings_are_stored(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, fault: Fault, *, applied: bool
) -> None:
    """A response may be lost after the settings are stored; nothing is logged about it."""
    emulator.order(replace(fault, applied=applied))
    if fault.cut:
        with pytest.raises(httpx.RemoteProtocolError):
            send(emulator.environment, SHIFT)
    else:
        assert send(emulator.environment, SHIFT).status_code == 503
    assert emulator.tenants == ({"acme": SETTINGS} if applied else {})
    assert not caplog.records


def test_a_cut_in_the_body_comes_after_the_headers(emulator: Emulator) -> None:
    """The client reads a status, and a Content-Length larger than the body."""
    emulator.order(Fault(201, '{"mess', cut="body"))
    with pytest.raises(httpx.RemoteProtocolError, match="received 6 bytes, expected 7"):
        send(emulator.environment, SHIFT)


def test_a_fault_waits_for_a_request_of_its_kind(emulator: Emulator) -> None:
    """A POST meets the first fault for its kind or for any."""
    emulator.order(
        Fault(501, on="token"), Fault(502, on="mail"), Fault(503), Fault(504, on="token")
    )
    mail = [send(emulator.environment, SHIFT).status_code for _ in range(3)]
    elsewhere = send(emulator.environment, SHIFT + "/").status_code
    token = [ask(emulator, {}).status_code for _ in range(3)]
    assert (mail, elsewhere, token) == ([502, 503, 200], 404, [501, 504, 400])


def test_a_read_only_meets_faults_for_reads(emulator: Emulator) -> None:
    """A fault for any POST is left for one, and a fault for reads is left for a read."""
    emulator.order(Fault(501), Fault(502, on="read"), Fault(on="read", cut="header"))
    assert read(emulator).status_code == 502
    with pytest.raises(httpx.RemoteProtocolError):
        read(emulator)
    assert read(emulator).status_code == 200
    assert send(emulator.environment, SHIFT).status_code == 501


def test_a_token_request_meets_a_fault_for_any_post(emulator: Emulator) -> None:
    """The fault cuts the connection once, and the next request is granted a token."""
    emulator.order(Fault(cut="header"))
    with pytest.raises(httpx.RemoteProtocolError):
        granted(emulator)
    assert granted(emulator)


def test_latency_delays_every_response() -> None:
    """Reads, settings and faults all wait, until the emulator stops."""
    with ThreadPoolExecutor() as pool:
        with Emulator() as emulator:
            emulator.latency = 3600
            emulator.order(Fault(501))
            waiting = [pool.submit(send, emulator.environment, SHIFT) for _ in range(2)]
            waiting.append(pool.submit(read, emulator))
            while len(emulator.requests) < len(waiting):
                time.sleep(0.01)
        assert {type(each.exception()) for each in waiting} == {httpx.RemoteProtocolError}
    assert emulator.tenants == {}


def test_every_request_is_recorded_as_sent(emulator: Emulator) -> None:
    """Target, headers and body are the bytes on the wire, even of a refused request."""
    send(emulator.environment, "https://Some.Host/a%2Fb/%C3%BC?q=%20", b"{ }", **{"X-Order": "1"})
    (request,) = emulator.requests
    assert (request.method, request.target) == ("POST", "/a%2Fb/%C3%BC?q=%20")
    assert (request.body, request.json()) == (b"{ }", {})
    assert request.headers[0] == ("host", "Some.Host")
    assert (request.header("X-ORDER"), request.header("absent")) == ("1", None)
