"""Verify the settings of many tenants, in one session for each server and login.

Servers lock accounts after some wrong logins, and limit how many sessions a client may open.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from pulumi_smtpconfig.connect import Deadline
from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.logins import Login, Logins, StillTrying, Turns, name, not_again, quote_again
from pulumi_smtpconfig.smtp import advice
from pulumi_smtpconfig.smtp.addresses import contacted_host
from pulumi_smtpconfig.smtp.advice import StageFailed
from pulumi_smtpconfig.smtp.session import QUIT_SECONDS, Session
from pulumi_smtpconfig.smtp.stages import (
    ADDRESSES,
    LOGINS,
    STAGES,
    Outcome,
    Services,
    SessionContext,
    address_of,
    invalid_values,
    run_stages,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from pulumi_smtpconfig.interface import Step, Verification

TIMEOUT = 15.0
"""Seconds for all stages of a session together."""

AGAIN = 1 / 3
"""The part of that time after which an open session is given up for a new one."""

PATIENCE = 2
"""How many times that time to wait for a session that serves others."""

MAX_OPEN = 8
"""Sessions that stay open for the next tenants with their login; servers limit their number."""

ENDED = "{} ended the session after another sender."


class Verifier:
    """Verifies settings at SMTP servers without sending mail; safe to share between threads.

    The password is sent only over TLS or to this machine itself. A login that a server did not
    accept is not tried again.

    Args:
        services: What the sessions need of others.
        seconds: The time limit for all stages of a session together.
    """

    def __init__(self, services: Services, seconds: float = TIMEOUT) -> None:
        self._services = services
        self._seconds = seconds
        self._logins = Logins(SharedSession)
        self._lock = threading.Lock()
        self._open: dict[SharedSession, None] = {}

    def verify(self, verification: Verification) -> list[Step]:
        """Run the stages up to MAIL FROM, or RCPT TO if there is a recipient.

        Returns:
            The stages that passed; those up to the login may be of an earlier tenant's session.

        Raises:
            NotVerified: A stage failed; the error has its name and the stages that passed.
        """
        outcome, tenant = self._outcome(verification)
        return _report(outcome, tenant, verification)

    def verify_in_one_session(
        self, verifications: Iterable[Verification]
    ) -> Generator[NotVerified | None, None, None]:
        """Verify settings that differ in their addresses alone, with one login.

        The session ends with the iteration, which may stop early.

        Yields:
            Why the settings are not verified; None if they are.
        """
        shared = SharedSession(logs_in_once=True)
        try:
            for verification in verifications:
                yield self._why_not(verification, shared)
        finally:
            _end([shared])

    def close(self) -> None:
        """End all sessions, within 2 s."""
        with self._lock:
            sessions, self._open = list(self._open), {}
        _end(sessions)

    def _why_not(self, verification: Verification, shared: SharedSession) -> NotVerified | None:
        try:
            outcome = next(invalid_values(verification), None)
            if outcome is None:
                outcome, _ = shared.check(verification, self._services, self._seconds)
            _report(outcome, "", verification)
        except NotVerified as error:
            return error
        return None

    def _outcome(self, verification: Verification) -> tuple[Outcome, str]:
        if invalid := next(invalid_values(verification), None):
            return invalid, ""
        shared = self._logins.known(login_of(verification))
        try:
            with shared.turn(verification.tenant, self._seconds * PATIENCE):
                return shared.check(verification, self._services, self._seconds)
        except StillTrying as others:
            who = name(others.tenant, verification.all_secrets)
            happened = f"its session still serves {who} after {self._seconds * PATIENCE:g} s"
            return Outcome([], "connection", StageFailed(happened, advice.RETRY_LATER)), ""
        finally:
            self._keep(shared)

    def _keep(self, shared: SharedSession) -> None:
        """Leave a session open for the next tenant, and end those that have waited longest."""
        with self._lock:
            self._open.pop(shared, None)
            if shared.is_open:
                self._open[shared] = None
            oldest = list(self._open)[:-MAX_OPEN]
            for session in oldest:
                del self._open[session]
        _end(oldest)


class SharedSession(Turns):
    """A session that serves one tenant after the other, and what is known of its login.

    Args:
        logs_in_once: Whether nothing more is tried once the session has ended.
    """

    def __init__(self, *, logs_in_once: bool = False) -> None:
        super().__init__()
        self._logs_in_once = logs_in_once
        self._session: Session | None = None
        self._tokens: list[str] = []
        self._until_login: list[Step] = []
        self._refused: tuple[Outcome, str] | None = None
        self._checked: dict[tuple[str, str], tuple[Outcome, str]] = {}

    @property
    def is_open(self) -> bool:
        """Whether it waits for the next tenant."""
        return self._session is not None

    def check(
        self, verification: Verification, services: Services, seconds: float
    ) -> tuple[Outcome, str]:
        """Return the outcome for a tenant, and the earlier one that it is from, if any."""
        addresses = (verification.sender, verification.recipient)
        if known := self._refused or self._checked.get(addresses):
            return known
        outcome = self._outcome(verification, services, seconds)
        if is_answer(outcome):
            mine = (outcome, verification.tenant)
            if outcome.stage in LOGINS:
                self._refused = mine
            else:
                self.progress += 1
                self._checked[addresses] = mine
        return outcome, ""

    def end(self, deadline: Deadline) -> None:
        """End the session before a deadline, unless it serves a tenant."""
        with suppress(StillTrying), self.turn("", 0):
            session, self._session = self._session, None
            if session:
                session.deadline = deadline
                session.end()
                session.close()

    def _outcome(self, verification: Verification, services: Services, seconds: float) -> Outcome:
        session, self._session = self._session, None
        if session:
            session.deadline = Deadline(seconds * AGAIN)
            context = SessionContext(verification, services, session, self._tokens, [])
            outcome = self._run(context, ADDRESSES, self._until_login)
            if outcome.is_of_the_addresses:
                return outcome
        # What else an open session ends with may come from what it did before.
        if self._logs_in_once and self._until_login:
            raise NotVerified(ENDED.format(address_of(verification)), advice.VERIFY_ALONE)
        session = Session(Deadline(seconds))
        context = SessionContext(verification, services, session, self._tokens, [])
        outcome = self._run(context, STAGES, [])
        self._until_login = [step for step in outcome.passed if step.stage not in ADDRESSES]
        return outcome

    def _run(self, context: SessionContext, stages: Iterable[str], passed: list[Step]) -> Outcome:
        session = context.session
        with ExitStack() as stack:
            stack.callback(session.close)
            outcome = run_stages(context, stages, passed)
            if outcome.is_of_the_addresses and session.reset():
                stack.pop_all()
                self._session = session
            else:
                session.end()
        return outcome


def login_of(verification: Verification) -> Login:
    """Return the server and the login that a session is for."""
    tls = "TLS" if verification.ssl else "STARTTLS" if verification.starttls else ""
    host = contacted_host(verification.host).lower()
    server = (host, str(verification.port), tls)
    if not verification.user:
        return Login(server, "", (), ())
    if token := verification.token:
        who = (verification.user, token.url, token.client_id, token.scope)
        return Login(server, "token", who, (token.client_secret,))
    return Login(server, "password", (verification.user,), (verification.password,))


def is_answer(outcome: Outcome) -> bool:
    """Return whether the server accepted or answered what must not be tried again.

    At the login that is also a temporary refusal, because servers count it too.
    """
    failure = outcome.failure
    return not failure or (outcome.stage in (*LOGINS, *ADDRESSES) and bool(failure.words))


def _report(outcome: Outcome, tenant: str, verification: Verification) -> list[Step]:
    """Return the stages that passed, or raise why one did not.

    Args:
        outcome: How far a session came.
        tenant: The earlier tenant that this came of, or an empty string.
        verification: The settings that it is told for.
    """
    secrets = verification.all_secrets
    passed = [_quoted_again(step, secrets) for step in outcome.passed]
    failure = outcome.failure
    if not failure:
        return passed
    happened = f"{address_of(verification)} failed at {outcome.stage}: {failure.happened}."
    if tenant:
        happened = not_again(happened, failure.words, tenant, secrets)
    remedy = failure.remedy or advice.REMEDIES[outcome.stage]
    raise NotVerified(happened, remedy, outcome.stage, passed, failure.code)


def _quoted_again(step: Step, secrets: Collection[str]) -> Step:
    is_quote = step.said.startswith('"')
    return step._replace(said=quote_again(step.said, secrets)) if is_quote else step


def _end(sessions: Iterable[SharedSession]) -> None:
    deadline = Deadline(QUIT_SECONDS)
    for session in sessions:
        session.end(deadline)
