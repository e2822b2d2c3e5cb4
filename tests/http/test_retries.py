"""What is sent again, how often, and what the last response means then."""

from __future__ import annotations

import random
import ssl
import time
from typing import NamedTuple

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.http.client import RETRYABLE, TOTAL, Client
from pulumi_smtpconfig.http.responses import Response
from pulumi_smtpconfig.http.transport import _attempt
from pulumi_smtpconfig.tls import EXPIRED
from tests.http.wire import post

SHORT_PAUSES = 152872
"""A seed with which the first three pauses together are below 0.1 s."""

TIMEOUT = 7.0


class Outcome(NamedTuple):
    """What one try meets: a status, or an exception before or after the request was sent."""

    status: int = 0
    retry_after: str = ""
    sent: bool = True
    untrusted: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether a repeat may help, and the server does not ask for all the time there is."""
        if self.status:
            return self.status in RETRYABLE and float(self.retry_after or 0) < TOTAL
        return not self.untrusted

    @property
    def may_be_applied(self) -> bool:
        """Whether the platform may have applied the request without saying so."""
        return self.status >= 500 or (not self.status and self.sent)


UNREACHED = Outcome(sent=False)
LOST = Outcome()
UNTRUSTED = Outcome(sent=False, untrusted=True)
OK = Outcome(200)
LONG = Outcome(503, f"{TOTAL:.0f}")
STATUSES = st.sampled_from([200, 301, 400, 401, 404, 408, 425, 500, 501, 505, *RETRYABLE])
ANSWERS = (STATUSES | st.integers(200, 599)).map(Outcome)
OUTCOMES = st.sampled_from([UNREACHED, LOST, UNTRUSTED, LONG]) | ANSWERS


class Scripted(httpx.BaseTransport):
    """Meets one outcome after the other, and keeps how many seconds each try may take."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.seconds: list[float] = []
        self._outcomes = iter(outcomes)

    def handle_request(self, _: httpx.Request) -> httpx.Response:
        """Meet the next outcome."""
        attempt = _attempt.get()
        self.seconds.append(attempt.end - time.monotonic())
        outcome = next(self._outcomes)
        attempt.sent = outcome.sent
        if outcome.untrusted:
            expired = ssl.SSLCertVerificationError()
            expired.verify_code, expired.verify_message = EXPIRED[0], "expired"
            raise httpx.ConnectError("TLS") from expired
        if not outcome.status:
            raise httpx.ReadError("gone")
        headers = {"Retry-After": outcome.retry_after} if outcome.retry_after else {}
        return httpx.Response(outcome.status, headers=headers, stream=httpx.ByteStream(b"{}"))


class Ended(NamedTuple):
    """The response or the error of a request, and how often it was tried."""

    outcome: Response | SmtpConfigError
    tries: int


def ended(*outcomes: Outcome, retries: int) -> Ended:
    """Send a request that meets these outcomes."""
    random.seed(SHORT_PAUSES)
    transport = Scripted(list(outcomes))
    try:
        outcome: Response | SmtpConfigError = post(Client(transport, TIMEOUT, retries))
    except SmtpConfigError as error:
        outcome = error
    assert all(0 < seconds <= TIMEOUT for seconds in transport.seconds)
    return Ended(outcome, len(transport.seconds))


@given(outcomes=st.lists(OUTCOMES, min_size=4, max_size=4), retries=st.integers(0, 3))
@example(outcomes=[LOST, Outcome(400), OK, OK], retries=3)
@example(outcomes=[LOST, UNREACHED, UNTRUSTED, OK], retries=3)
@example(outcomes=[UNREACHED] * 4, retries=3)
@example(outcomes=[Outcome(503)] * 4, retries=2)
def test_a_request_ends_with_a_final_outcome_or_the_last_try(
    outcomes: list[Outcome], retries: int
) -> None:
    """It is tried until an outcome is final, at most once more than it may be repeated."""
    final = [place for place, outcome in enumerate(outcomes, 1) if not outcome.is_repeated]
    tries = min([*final, retries + 1])
    met = outcomes[:tries]
    end = ended(*outcomes, retries=retries)
    assert end.tries == tries
    may_be_applied = any(outcome.may_be_applied for outcome in met)
    if met[-1].status:
        assert isinstance(end.outcome, Response)
        assert (end.outcome.status, end.outcome.may_be_applied) == (met[-1].status, may_be_applied)
        assert (f"({tries} tries in " in end.outcome.tried) == (tries > 1)
    else:
        assert type(end.outcome) is (OutcomeUnknown if may_be_applied else ConnectionFailed)
        assert (f" ({tries} tries in " in str(end.outcome)) == (tries > 1)


@pytest.mark.parametrize("status", range(200, 600))
def test_only_a_status_that_may_change_is_repeated(status: int) -> None:
    """429, 502, 503 and 504 may change a moment later; no other status does."""
    assert {429, 502, 503, 504} == RETRYABLE
    assert ended(Outcome(status), OK, retries=1).tries == (2 if status in RETRYABLE else 1)


def test_a_failure_after_a_try_that_may_be_applied_is_unknown() -> None:
    """The second try says nothing about the first one, so the error says to send again."""
    outcome = ended(LOST, UNTRUSTED, retries=1).outcome
    assert type(outcome) is OutcomeUnknown
    assert "`pulumi up`" in outcome.remedy
    assert "so nothing was sent (2 tries in 0 s)." in outcome.happened


def test_a_bug_is_not_repeated() -> None:
    """An exception that is not a network failure leaves at once."""
    transport = Scripted([])
    with pytest.raises(StopIteration):
        post(Client(transport, TIMEOUT, 3))
    assert len(transport.seconds) == 1
