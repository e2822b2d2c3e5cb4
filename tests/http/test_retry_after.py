"""`Retry-After` (RFC 9110, section 10.2.3): read in both forms, and waited for within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.http.client import TOTAL
from pulumi_smtpconfig.http.responses import seconds_to_wait
from tests.http.wire import connected, post

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


@given(seconds=st.integers(0, 10**9))
def test_seconds_are_read(seconds: int) -> None:
    """A number is how long to wait."""
    assert seconds_to_wait(str(seconds), NOW) == seconds


@given(seconds=st.integers(-(10**6), 10**9))
def test_a_date_is_read(seconds: int) -> None:
    """A date is when to come back; one that is past is now."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert seconds_to_wait(date, NOW) == max(seconds, 0)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "²", "1, 2", "Sun", "0x10"], ids=repr)
def test_what_is_neither_asks_for_nothing(header: str) -> None:
    """Then the pause is the usual one."""
    assert seconds_to_wait(header, NOW) == 0


@given(
    header=st.text()
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,9} \d+:\d+:\d+ [+-]?\w+")
    | st.from_regex(r"(Sun, )?01 Mar \d{1,5} \d{2}:\d{2}:\d{2} [+-]\d{1,20}", fullmatch=True)
)
def test_whatever_it_says_is_a_time(header: str) -> None:
    """No header makes it fail."""
    assert seconds_to_wait(header, NOW) >= 0


@pytest.mark.parametrize("seconds", ["60", "61", "9" * 400])
def test_what_is_longer_than_a_minute_is_not_waited_for(emulator: Emulator, seconds: str) -> None:
    """The answer is told at once, with what it asks for."""
    emulator.order(Fault(503, "busy", {"Retry-After": seconds}))
    with connected(emulator, retries=3) as client:
        answer = post(client)
    assert (answer.status, answer.retry_after) == (503, float(seconds))
    assert len(emulator.requests) == 1


def test_a_date_that_is_further_than_a_minute_is_not_waited_for(emulator: Emulator) -> None:
    """The other form counts as much."""
    date = datetime.now(timezone.utc) + timedelta(seconds=TOTAL + 30)
    emulator.order(Fault(429, "busy", {"Retry-After": format_datetime(date, usegmt=True)}))
    with connected(emulator, retries=3) as client:
        assert post(client).status == 429
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_may_ask_for_no_pause(emulator: Emulator, status: int) -> None:
    """Zero seconds are a header like any other, and the request is repeated."""
    emulator.order(Fault(status, "busy", {"Retry-After": "0"}))
    with connected(emulator, retries=1) as client:
        answer = post(client, token=emulator.token, content='{"host": "a", "from": "b"}')
    assert (answer.status, len(emulator.requests)) == (200, 2)
