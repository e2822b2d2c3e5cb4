"""SMTP sessions for the settings in effect: one for each server and login."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from pulumi_smtpconfig.at_once import at_once
from pulumi_smtpconfig.audit import findings
from pulumi_smtpconfig.audit.findings import sentence
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified, SmtpConfigError
from pulumi_smtpconfig.lifecycle.passwords import resolve_secret
from pulumi_smtpconfig.platforms.encoding import as_text
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.redaction import public_url
from pulumi_smtpconfig.smtp.addresses import contacted_host
from pulumi_smtpconfig.smtp.advice import TEMPORARY
from pulumi_smtpconfig.smtp.stages import ADDRESSES, LOGINS, address_of
from pulumi_smtpconfig.smtp.verifier import login_of
from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pulumi_smtpconfig.audit.live import Draft
    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.interface import Certificate, Verification
    from pulumi_smtpconfig.logins import Login

THREADS = 64
AT_ONE_SERVER = 4
"""How many sessions with one server run at once; servers limit connections."""

PAUSE = 1.0
"""Seconds before those that were refused before their login are tried again."""

SLOW_SECONDS = 5.0
STRIKES = 4
"""How many logins in a row get no answer, that slowly, until the others are not tried.

Also how many sessions in a row are refused when they are tried again, until a server is given up.
"""

SENDERS_SECONDS = 60.0
"""How long one server is asked for the senders of one login; longer only by the last answer."""

DAY = 24 * 60 * 60.0
SOON, NOW = 14, 3
"""Days before the end of a certificate at which it should have been renewed."""

PART = 4
"""The part of a certificate's life that is left when it should be renewed, for short-lived ones."""

LOGGED_IN, FAILED, NOT_TESTED = "login accepted", "failed at {stage}", "not tested"
NO_LOGIN = "server reached; no login needed"
UNREACHED = ("look-up", "connection")
LOGIN_UNKNOWN = "server reached; no login tried, because its secret is not known here"
OTHER_LOGIN = (
    "server reached; no login tried, because the live server or login is not the declared one"
)
LOGIN_SETTINGS = ("port", "ssl", "starttls", "user", "authTokenUrl", "authTokenClientId")
"""What must be live as declared, with the host, for the declared secret to be sent there."""

Result = SmtpConfigError | None


class Envelope(NamedTuple):
    """What is asked for once the login has worked.

    Attributes:
        verification: The settings, with this sender and recipient.
        drafts: The tenants that have them.
    """

    verification: Verification
    drafts: list[Draft]


class Server:
    """What the sessions with one server share.

    Attributes:
        turns: Limits how many run at once.
        failure: Why the last one failed before its login.
        has_worked: Whether one came as far as its login.
    """

    def __init__(self) -> None:
        self.turns = threading.Semaphore(AT_ONE_SERVER)
        self.failure: NotVerified | None = None
        self.has_worked = False
        self._refused, self._patience = 0, 1
        self._hangs: Counter[str] = Counter()

    def try_again(self) -> None:
        """Run sessions one at a time from now on, and give up after some that are refused."""
        self.turns = threading.Semaphore(1)
        self._refused, self._patience = 0, STRIKES

    @property
    def takes_others(self) -> bool:
        """Whether a refusal before the login may pass, as others worked or as it says so."""
        return self.has_worked or bool(self.failure and self.failure.code in TEMPORARY)

    @property
    def was_reached(self) -> bool:
        """Whether a connection was made, or none was tried."""
        return self.has_worked or not self.failure or self.failure.stage not in UNREACHED

    def why_not(self, login_host: str) -> NotVerified | None:
        """Return why no session is tried any more, if the server or its logins were given up.

        Args:
            login_host: What answers the login: the server, or the token endpoint's host.
        """
        if self._refused >= self._patience:
            return self.failure
        if self._hangs[login_host] >= STRIKES:
            return NotVerified(
                f"The login was not tried, because {login_host} did not answer earlier ones.",
                "check that it is up, then run the audit again.",
            )
        return None

    def note(self, result: Result, login_host: str, seconds: float) -> None:
        """Learn from what came of a session, and how long it took."""
        if _is_before_login(result):
            self.failure = result
            self._refused += 1
        elif result is None or isinstance(result, NotVerified):
            self.has_worked = True
            if self._refused < self._patience:
                self._refused = 0
            hangs = result is not None and not result.code and seconds > SLOW_SECONDS
            self._hangs[login_host] = self._hangs[login_host] + 1 if hangs else 0


def _is_before_login(result: Result) -> TypeGuard[NotVerified]:
    """Return whether a session failed at what all logins of its server have in common."""
    later = ("", *LOGINS, *ADDRESSES)
    return isinstance(result, NotVerified) and result.stage not in later


class Session(NamedTuple):
    """A session to run.

    Attributes:
        server: Its server.
        lacks_secret: Whether the settings log in, and it is not known how.
        envelopes: What to ask for, one after the other.
    """

    server: Server
    lacks_secret: bool
    envelopes: list[Envelope]


def _secret(draft: Draft) -> str:
    """Return the declared secret, if it is known here and meant for what is live."""
    declaration = draft.target.declaration
    if not _has_declared_login(draft):
        return ""
    try:
        return resolve_secret(declaration).secret if declaration.knows_secret else ""
    except ConfigurationError:
        return ""


def _has_declared_login(draft: Draft) -> bool:
    return _login_settings(draft.settings) == _login_settings(
        draft.target.declaration.settings.stored()
    )


def _login_settings(settings: Mapping[str, object]) -> list[object]:
    host = as_text(settings.get("host")).lower()
    return [host, *(settings.get(key) for key in LOGIN_SETTINGS)]


def _verification(draft: Draft) -> tuple[Verification, bool] | None:
    """Return what to verify for a tenant, and whether its login lacks the secret."""
    settings = draft.parsed()
    is_parsed = UNKNOWN not in settings.stored().values()
    if not (is_parsed and settings.host and settings.from_) or draft.has_no_server:
        return None
    secret = _secret(draft) if settings.user else ""
    declaration = draft.target.declaration._replace(settings=settings).with_secret(secret)
    verification = declaration.verification()
    if settings.user and not secret:
        # What a server says of an address without the login tells nothing.
        return verification._replace(user="", token=None, sender="", recipient=""), True
    return verification, False


def sessions_for(drafts: Iterable[Draft]) -> list[Session]:
    """Return the sessions to run: tenants with the same server and login share one."""
    found: dict[tuple[bool, Login], dict[object, Envelope]] = {}
    for draft in drafts:
        if needed := _verification(draft):
            verification, lacks_secret = needed
            envelopes = found.setdefault((lacks_secret, login_of(verification)), {})
            addresses = verification.sender, verification.recipient
            envelopes.setdefault(addresses, Envelope(verification, [])).drafts.append(draft)
    servers: dict[tuple[str, ...], Server] = {}
    earlier: Counter[tuple[str, ...]] = Counter()
    ranked = []
    for (lacks_secret, login), same in found.items():
        server = servers.setdefault(login.server, Server())
        ranked.append((earlier[login.server], Session(server, lacks_secret, [*same.values()])))
        earlier[login.server] += 1
    # All servers get their turns, also if one has most of the logins.
    return [session for _, session in sorted(ranked, key=lambda each: each[0])]


def run_sessions(
    sessions: list[Session], client: AuthorizedClient, progress: Callable[[int], None]
) -> None:
    """Run the sessions, several at once, and note in each tenant what came of them.

    Those that a server refused before the login are run again, once and one at a time: servers
    limit how many they take at once.
    """
    count = 0
    again: list[Session] = []

    def note(session: Session, results: list[Result], *, offline: bool) -> None:
        nonlocal count
        count += 1
        progress(count)
        for envelope, result in zip(session.envelopes, results, strict=True):
            _note_all(envelope, result, client.certificates, session, offline=offline)

    for session, results in _run_all(sessions, client):
        if _is_before_login(results[0]):
            again.append(session)
        else:
            note(session, results, offline=False)
    offline = is_offline(sessions)
    refused = [session for session in again if session.server.takes_others]
    for session in again:
        if not session.server.takes_others:
            failure: Result = session.server.failure
            note(session, [failure] * len(session.envelopes), offline=offline)
    for server in {session.server for session in refused}:
        server.try_again()
    for session, results in _run_all(refused, client, PAUSE):
        note(session, results, offline=False)


def is_offline(sessions: Sequence[Session]) -> bool:
    """Return whether none of several hosts was reached, so this machine's network may be why."""
    reached = [session.server.was_reached for session in sessions]
    hosts = {contacted_host(each.envelopes[0].verification.host) for each in sessions}
    return len(hosts) > 1 and not any(reached)


def _run_all(
    sessions: Sequence[Session], client: AuthorizedClient, pause: float = 0
) -> Iterator[tuple[Session, list[Result]]]:
    stopped = threading.Event()

    def run(number: int) -> list[Result]:
        stopped.wait(pause)
        return _run(sessions[number], client, stopped)

    try:
        for number, found in at_once(range(len(sessions)), run, THREADS):
            session = sessions[number]
            if isinstance(found, SmtpConfigError):
                yield session, [found for _ in session.envelopes]
            else:
                yield session, found
    finally:
        stopped.set()


def _run(session: Session, client: AuthorizedClient, stopped: threading.Event) -> list[Result]:
    """Return what came of each envelope: what fails before them fails for all."""
    results: list[Result] = []
    with session.server.turns:
        ends = time.monotonic() + SENDERS_SECONDS
        verifications = [envelope.verification for envelope in session.envelopes]
        with closing(client.verify_in_one_session(verifications)) as verified:
            for verification in verifications:
                if stopped.is_set():  # and nobody waits for the results
                    break
                result = _verify(session.server, verification, verified, ends)
                results.append(result)
                if result and not _is_of_the_addresses(result):
                    break
    return results + results[-1:] * (len(session.envelopes) - len(results))


def _verify(
    server: Server, verification: Verification, verified: Iterator[Result], ends: float
) -> Result:
    token = verification.token
    login_host = public_url(token.url).split("/")[2] if token else address_of(verification)
    if why := server.why_not(login_host):
        return why
    began = time.monotonic()
    if began > ends:
        return NotVerified(
            f"{address_of(verification)} took too long for the senders before this one.",
            "run the audit again, with fewer tenants.",
        )
    result: Result
    try:
        result = next(verified)
    except SmtpConfigError as error:
        result = error
    server.note(result, login_host, time.monotonic() - began)
    return result


def _is_of_the_addresses(error: SmtpConfigError) -> bool:
    return isinstance(error, NotVerified) and error.stage in ADDRESSES


def _note_all(
    envelope: Envelope,
    error: Result,
    certificates: dict[str, Certificate],
    session: Session,
    *,
    offline: bool,
) -> None:
    address = address_of(envelope.verification)
    certificate = certificates.get(address)
    for draft in envelope.drafts:
        draft.server = address
        if error and not (session.lacks_secret and _is_of_the_addresses(error)):
            _note(draft, error, may_pass=_may_pass(error, session.server, offline=offline))
        elif session.lacks_secret:
            is_other = bool(draft.target.resource) and not _has_declared_login(draft)
            draft.session = OTHER_LOGIN if is_other else LOGIN_UNKNOWN
        else:
            draft.session = LOGGED_IN if envelope.verification.user else NO_LOGIN
        if certificate:
            _note_certificate(draft, certificate, address)


def _may_pass(error: SmtpConfigError, server: Server, *, offline: bool) -> bool:
    """Return whether a failure says nothing of the settings, which were not tested then."""
    if not isinstance(error, NotVerified):
        return False
    is_refusal = _is_before_login(error) and (server.has_worked or offline)
    return not error.stage or error.code in TEMPORARY or is_refusal


def _note(draft: Draft, error: SmtpConfigError, *, may_pass: bool) -> None:
    stage = error.stage if isinstance(error, NotVerified) else ""
    failed = FAILED.format(stage=stage) if stage else "not run"
    draft.session = NOT_TESTED if may_pass else failed
    kind = findings.NOT_TESTED if may_pass else findings.SESSION_FAILED
    happened, remedy = without_pulumi(error.happened), sentence(without_pulumi(error.remedy))
    draft.findings.append(kind.of(draft.server, happened=happened, remedy=remedy))


def _note_certificate(draft: Draft, certificate: Certificate, address: str) -> None:
    left = certificate.ends - time.time()
    draft.certificate_days = days = int(left // DAY)
    is_due = left < (certificate.ends - certificate.begins) / PART
    if is_due and days < SOON:
        ends = findings.CERTIFICATE_ENDS_NOW if days < NOW else findings.CERTIFICATE_ENDS
        when = "in less than a day" if days < 1 else f"in {days} day{'s' if days > 1 else ''}"
        draft.findings.append(ends.of(address, server=address, when=when))
