"""Trying again what may pass: a POST of these settings replaces them, so a repeat does no harm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from pulumi_smtpconfig.errors import OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.http.responses import SEND_AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from pulumi_smtpconfig.http.responses import Answer

TOTAL = 60.0
"""Seconds that all repeats of a request may take together."""

WORTH_A_REPEAT = {429, 502, 503, 504}
SERVER_ERROR = 500
BACKOFF = wait_random_exponential(multiplier=0.5, max=10)
"""Seconds between two tries: up to 0.5, 1, 2, ... 10, each at random, so that many do not meet."""


def with_retries(once: Callable[[float], Answer], timeout: float, retries: int) -> Answer:
    """Call `once` with the seconds that it may take, again while a repeat may help.

    Repeated are connections that fail, waits that end, and the statuses 429, 502, 503 and 504, at
    most `retries` times and only within 60 s; `Retry-After` is waited for within that.

    Raises:
        SmtpConfigError: What the last try raised, with what was tried; `OutcomeUnknown` if an
            earlier one may have reached its aim.
    """
    tries = _Tries(once, timeout)
    retrying = Retrying(
        stop=stop_after_attempt(retries + 1) | stop_before_delay(TOTAL),
        wait=_pause,
        retry=retry_if_result(_is_busy) | retry_if_exception(_may_pass),
        retry_error_callback=_last,
    )
    try:
        answer: Answer = retrying(tries)
    except SmtpConfigError as error:
        raise tries.told(error) from None
    return answer._replace(tried=tries.summary(), unsure=tries.unsure)


class _Tries:
    """Counts the tries of one request, and whether one of them may have reached its aim."""

    def __init__(self, once: Callable[[float], Answer], timeout: float) -> None:
        self._once = once
        self._timeout = timeout
        self._began = time.monotonic()
        self._count = 0
        self.unsure = False

    def __call__(self) -> Answer:
        left = TOTAL - self._seconds() if self._count else self._timeout
        self._count += 1
        try:
            answer = self._once(min(self._timeout, left))
        except OutcomeUnknown:
            self.unsure = True
            raise
        self.unsure |= answer.status >= SERVER_ERROR
        return answer

    def told(self, error: SmtpConfigError) -> SmtpConfigError:
        happened = f"{error.happened.removesuffix('.')}{self.summary()}."
        if self.unsure:
            return OutcomeUnknown(happened, SEND_AGAIN)
        return type(error)(happened, error.remedy)

    def summary(self) -> str:
        return f" ({self._count} tries in {self._seconds():.0f} s)" if self._count > 1 else ""

    def _seconds(self) -> float:
        return time.monotonic() - self._began


def _is_busy(answer: Answer) -> bool:
    return answer.status in WORTH_A_REPEAT


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, SmtpConfigError) and error.may_pass


def _pause(state: RetryCallState) -> float:
    outcome = cast("Future[Answer]", state.outcome)
    asked = 0.0 if outcome.exception() else outcome.result().retry_after
    return max(BACKOFF(state), asked)


def _last(state: RetryCallState) -> Answer:
    return cast("Future[Answer]", state.outcome).result()
