"""What is tried again, how often, and what the last answer means then."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    OutcomeUnknown,
    SmtpConfigError,
)
from pulumi_smtpconfig.http.responses import Answer
from pulumi_smtpconfig.http.retries import TOTAL, with_retries

SHORT_PAUSES = 152872
"""A seed with which the first three pauses together are below 0.1 s."""
BUSY = {429, 502, 503, 504}
TIMEOUT = 7.0


def may_pass(error: SmtpConfigError) -> SmtpConfigError:
    """Return an error that may be another one a moment later."""
    error.may_pass = True
    return error


Outcome = Answer | SmtpConfigError
UNREACHED = may_pass(ConnectionFailed("Connection refused.", "check."))
LOST = may_pass(OutcomeUnknown("No answer.", "again."))
UNTRUSTED = ConnectionFailed("Expired.", "renew.")
WRONG = ConfigurationError("Wrong.", "correct.")
OK = Answer(200, b"{}")
LONG = Answer(503, b"", retry_after=TOTAL)
STATUSES = st.sampled_from([200, 301, 400, 401, 404, 408, 425, 500, 501, 505, *BUSY])
ANSWERS = (STATUSES | st.integers(200, 599)).map(lambda status: Answer(status, b""))
OUTCOMES = st.sampled_from([UNREACHED, LOST, UNTRUSTED, WRONG, LONG]) | ANSWERS


class Server:
    """Has one outcome after the other, and keeps for how long each try may last."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.seconds: list[float] = []
        self._outcomes = iter(outcomes)

    def __call__(self, seconds: float) -> Answer:
        """Have the next outcome."""
        self.seconds.append(seconds)
        outcome = next(self._outcomes)
        if isinstance(outcome, SmtpConfigError):
            raise outcome
        return outcome


class Ended(NamedTuple):
    """The answer or the error of a request, and how often it was tried."""

    outcome: Outcome
    tries: int


def ended(*outcomes: Outcome, retries: int) -> Ended:
    """Send a request that has these outcomes."""
    random.seed(SHORT_PAUSES)
    server = Server(*outcomes)
    try:
        outcome: Outcome = with_retries(server, TIMEOUT, retries)
    except SmtpConfigError as error:
        outcome = error
    assert all(0 < seconds <= TIMEOUT for seconds in server.seconds)
    return Ended(outcome, len(server.seconds))


def is_repeated(outcome: Outcome) -> bool:
    """Tell what the law says: what may pass, unless the server asks for all the time there is."""
    if isinstance(outcome, SmtpConfigError):
        return outcome.may_pass
    return outcome.status in BUSY and outcome.retry_after < TOTAL


def is_unsure(outcome: Outcome) -> bool:
    """Tell whether a try may have reached its aim though it did not say so."""
    if isinstance(outcome, SmtpConfigError):
        return isinstance(outcome, OutcomeUnknown)
    return outcome.status >= 500


@given(outcomes=st.lists(OUTCOMES, min_size=4, max_size=4), retries=st.integers(0, 3))
@example(outcomes=[LOST, Answer(400, b""), OK, OK], retries=3)
@example(outcomes=[LOST, UNREACHED, UNTRUSTED, OK], retries=3)
@example(outcomes=[UNREACHED] * 4, retries=3)
@example(outcomes=[Answer(503, b"")] * 4, retries=2)
def test_a_request_ends_with_what_cannot_pass_or_with_the_last_try(
    outcomes: list[Outcome], retries: int
) -> None:
    """It is tried until an outcome is final, at most once more than it may be repeated."""
    final = [place for place, outcome in enumerate(outcomes, 1) if not is_repeated(outcome)]
    tries = min([*final, retries + 1])
    made = outcomes[:tries]
    end = ended(*outcomes, retries=retries)
    assert end.tries == tries
    unsure = any(map(is_unsure, made))
    if isinstance(made[-1], Answer):
        assert isinstance(end.outcome, Answer)
        assert (end.outcome.status, end.outcome.unsure) == (made[-1].status, unsure)
        assert (f"({tries} tries in " in end.outcome.tried) == (tries > 1)
    else:
        assert type(end.outcome) is (OutcomeUnknown if unsure else type(made[-1]))
        assert (f" ({tries} tries in " in str(end.outcome)) == (tries > 1)
        assert made[-1].happened.removesuffix(".") in str(end.outcome)


@pytest.mark.parametrize("status", [*range(200, 600)])
def test_only_what_may_pass_is_repeated(status: int) -> None:
    """429, 502, 503 and 504 may pass; no other status does, whatever it is."""
    assert ended(Answer(status, b""), OK, retries=1).tries == (2 if status in BUSY else 1)


def test_a_refusal_after_a_try_that_may_have_been_taken_is_unknown() -> None:
    """What the second try met says nothing on the first one, so the error says to send again."""
    end = ended(LOST, UNTRUSTED, retries=1)
    assert type(end.outcome) is OutcomeUnknown
    assert "`pulumi up`" in end.outcome.remedy
    assert "Expired (2 tries in 0 s)." in end.outcome.happened


def test_an_error_of_one_try_is_told_as_it_was() -> None:
    """Without a repeat nothing is added."""
    end = ended(UNTRUSTED, retries=3)
    assert (str(end.outcome), end.tries) == (str(UNTRUSTED), 1)


def test_a_mistake_is_not_repeated() -> None:
    """What is no error of this package is no failure of a network."""
    server = Server()
    with pytest.raises(StopIteration):
        with_retries(server, TIMEOUT, 3)
    assert len(server.seconds) == 1
