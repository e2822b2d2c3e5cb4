"""SMTP sessions for the settings in effect: one for each server and login."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.at_once import at_once
from pulumi_smtpconfig.audit import findings
from pulumi_smtpconfig.audit.findings import sentence
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified, SmtpConfigError
from pulumi_smtpconfig.lifecycle.passwords import resolve_secret
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.smtp.stages import ADDRESSES, LOGINS, address_of
from pulumi_smtpconfig.smtp.verifier import login_of
from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulumi_smtpconfig.audit.live import Draft
    from pulumi_smtpconfig.authorized_client import AuthorizedClient
    from pulumi_smtpconfig.interface import Certificate, Verification
    from pulumi_smtpconfig.logins import Login

THREADS = 64
AT_ONE_SERVER = 4
"""How many sessions with one server run at once; servers limit connections."""

SENDERS_SECONDS = 60.0
"""How long one server is asked for the senders of one login; longer only by the last answer."""

DAY = 24 * 60 * 60.0
SOON, NOW = 14, 3
"""Days before the end of a certificate at which it should have been renewed."""

PART = 4
"""The part of a certificate's life that is left when it should be renewed, for short-lived ones."""

LOGGED_IN, FAILED = "login accepted", "failed at {stage}"
NO_LOGIN = "server reached, no login needed"
REACHED = "server reached, no login tried as its secret is not known here"
LOGIN_SETTINGS = ("host", "port", "ssl", "starttls", "user", "authTokenUrl", "authTokenClientId")
"""What must be live as declared for the declared secret to be sent there."""

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
        failure: Why one failed before the login, and so would all others.
    """

    def __init__(self) -> None:
        self.turns = threading.Semaphore(AT_ONE_SERVER)
        self.failure: SmtpConfigError | None = None


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
    declared = declaration.settings.stored()
    if any(draft.settings.get(key) != declared.get(key) for key in LOGIN_SETTINGS):
        return ""
    try:
        return resolve_secret(declaration).secret if declaration.knows_secret else ""
    except ConfigurationError:
        return ""


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
) -> Iterator[tuple[str, ...]]:
    """Run the sessions, several at once, and note in each tenant what came of them.

    Yields:
        The secrets of each session that ended.
    """
    numbers = range(len(sessions))
    results = at_once(numbers, lambda number: _run(sessions[number], client), THREADS)
    for count, (number, found) in enumerate(results, start=1):
        session = sessions[number]
        for index, envelope in enumerate(session.envelopes):
            result = found if isinstance(found, SmtpConfigError) else found[index]
            _note_all(envelope, result, client.certificates, lacks_secret=session.lacks_secret)
        progress(count)
        yield session.envelopes[0].verification.all_secrets


def _run(session: Session, client: AuthorizedClient) -> list[Result]:
    """Return what came of each envelope: what fails before them fails for all."""
    results: list[Result] = []
    with session.server.turns:
        ends = time.monotonic() + SENDERS_SECONDS
        for envelope in session.envelopes:
            result = session.server.failure or _verify(envelope.verification, client, ends)
            results.append(result)
            if result and not _is_of_the_addresses(result):
                if isinstance(result, NotVerified) and result.stage not in LOGINS:
                    session.server.failure = result
                break
    return results + results[-1:] * (len(session.envelopes) - len(results))


def _verify(verification: Verification, client: AuthorizedClient, ends: float) -> Result:
    if time.monotonic() > ends:
        return NotVerified(
            f"{address_of(verification)} took too long for the senders before this one.",
            "audit again, with fewer tenants.",
            "",
        )
    try:
        client.verify(verification)
    except SmtpConfigError as error:
        return error
    return None


def _is_of_the_addresses(error: SmtpConfigError) -> bool:
    return isinstance(error, NotVerified) and error.stage in ADDRESSES


def _note_all(
    envelope: Envelope,
    error: Result,
    certificates: dict[str, Certificate],
    *,
    lacks_secret: bool,
) -> None:
    address = address_of(envelope.verification)
    certificate = certificates.get(address)
    for draft in envelope.drafts:
        draft.server = address
        if error and not (lacks_secret and _is_of_the_addresses(error)):
            _note(draft, error)
        elif lacks_secret:
            draft.session = REACHED
        else:
            draft.session = LOGGED_IN if envelope.verification.user else NO_LOGIN
        if certificate:
            _note_certificate(draft, certificate, address)


def _note(draft: Draft, error: SmtpConfigError) -> None:
    stage = error.stage if isinstance(error, NotVerified) else ""
    draft.session = FAILED.format(stage=stage) if stage else "not run"
    happened, remedy = without_pulumi(error.happened), sentence(without_pulumi(error.remedy))
    draft.findings.append(
        findings.SESSION_FAILED.of(draft.server, happened=happened, remedy=remedy)
    )


def _note_certificate(draft: Draft, certificate: Certificate, address: str) -> None:
    left = certificate.ends - time.time()
    draft.certificate_days = days = int(left // DAY)
    is_due = left < (certificate.ends - certificate.begins) / PART
    if is_due and days < SOON:
        ends = findings.CERTIFICATE_ENDS_NOW if days < NOW else findings.CERTIFICATE_ENDS
        when = "in less than a day" if days < 1 else f"in {days} day{'s' if days > 1 else ''}"
        draft.findings.append(ends.of(address, server=address, when=when))
