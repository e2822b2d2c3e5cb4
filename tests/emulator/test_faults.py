"""Faults that a test orders from the emulator."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.emulator.reads import read
from tests.emulator.requests import OK, SETTINGS, SHIFT, send
from tests.emulator.tokens import ask, granted


def test_a_fault_is_answered_instead_and_used_up(emulator: Emulator) -> None:
    """Each POST meets one fault, in the order given; then the platform answers again."""
    emulator.order(
        Fault(429, "slow down", {"Retry-After": "1"}), Fault(502, b"<html>"), Fault(delay=0.01)
    )
    answers = [send(emulator.environment, SHIFT) for _ in range(2)]
    assert [(x.status_code, x.text) for x in answers] == [(429, "slow down"), (502, "<html>")]
    assert answers[0].headers["Retry-After"] == "1"
    assert emulator.tenants == {}
    assert [send(emulator.environment, SHIFT).json() for _ in range(2)] == [OK, OK]
    assert len(emulator.requests) == 4


@pytest.mark.parametrize("applied", [False, True], ids=["not applied", "applied"])
@pytest.mark.parametrize(
    "fault",
    [Fault(503), Fault(cut="header"), Fault(body='{"mess', cut="body")],
    ids=["a status", "cut before the answer", "cut within the answer"],
)
def test_a_fault_shows_whether_or_not_the_settings_were_stored(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, fault: Fault, *, applied: bool
) -> None:
    """An answer may be lost after the settings were stored; nothing is logged about it."""
    emulator.order(replace(fault, applied=applied))
    if fault.cut:
        with pytest.raises(httpx.RemoteProtocolError):
            send(emulator.environment, SHIFT)
    else:
        assert send(emulator.environment, SHIFT).status_code == 503
    assert emulator.tenants == ({"acme": SETTINGS} if applied else {})
    assert not caplog.records


def test_a_cut_within_the_answer_comes_after_its_headers(emulator: Emulator) -> None:
    """The client has read a status and a Content-Length that the body falls short of."""
    emulator.order(Fault(201, '{"mess', cut="body"))
    with pytest.raises(httpx.RemoteProtocolError, match="received 6 bytes, expected 7"):
        send(emulator.environment, SHIFT)


def test_a_fault_waits_for_its_kind(emulator: Emulator) -> None:
    """A request meets the first fault left that is for its kind or for any."""
    emulator.order(
        Fault(501, on="token"), Fault(502, on="mail"), Fault(503), Fault(504, on="token")
    )
    mail = [send(emulator.environment, SHIFT).status_code for _ in range(3)]
    elsewhere = send(emulator.environment, SHIFT + "/").status_code
    token = [ask(emulator, {}).status_code for _ in range(3)]
    assert (mail, elsewhere, token) == ([502, 503, 200], 404, [501, 504, 400])


def test_a_read_meets_only_a_fault_for_reads(emulator: Emulator) -> None:
    """A fault for any POST is left for one, and a fault for reads is left for a read."""
    emulator.order(Fault(501), Fault(502, on="read"), Fault(on="read", cut="header"))
    assert read(emulator).status_code == 502
    with pytest.raises(httpx.RemoteProtocolError):
        read(emulator)
    assert read(emulator).status_code == 200
    assert send(emulator.environment, SHIFT).status_code == 501


def test_latency_is_before_every_answer() -> None:
    """A read, settings and one that meets a fault all wait, until it ends."""
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


def test_a_token_request_meets_faults_as_any_other(emulator: Emulator) -> None:
    """A fault for any POST is used up by one for a token too, and cuts it off."""
    emulator.order(Fault(cut="header"))
    with pytest.raises(httpx.RemoteProtocolError):
        granted(emulator)
    assert granted(emulator)
