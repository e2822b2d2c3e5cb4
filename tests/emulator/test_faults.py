"""Faults that a test orders from the emulator."""

from dataclasses import replace

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.emulator.requests import OK, SETTINGS, SHIFT, send


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
