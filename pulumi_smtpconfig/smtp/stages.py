"""Verify settings at their SMTP server, stage by stage, without sending mail."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.smtp import advice
from pulumi_smtpconfig.smtp.advice import StageFailed, from_os_error, from_reply
from pulumi_smtpconfig.smtp.connect import Deadline, connect, look_up
from pulumi_smtpconfig.smtp.session import (
    AUTHENTICATED,
    Session,
    authenticate,
    choose_mechanism,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulumi_smtpconfig.interface import Verification
    from pulumi_smtpconfig.smtp.connect import Address
    from pulumi_smtpconfig.smtp.session import Reply
    from pulumi_smtpconfig.tls import Trust

READY, OK, TLS_OR_LOGIN_REQUIRED = 220, 250, 530
SUCCESS = range(200, 300)
MAX_HOST = 253
"""Characters of a name, at most (RFC 1035, section 2.3.4)."""

TIMEOUT = 15.0
"""Seconds for all stages together."""

INVALID_IN_ADDRESS = re.compile("[\\0-\\x20\\x7f<>\\ud800-\\udfff]")
INVALID_IN_CREDENTIALS = re.compile("[\\0\\ud800-\\udfff]")
"""NUL, which separates user and password (RFC 4616), and surrogates, which UTF-8 cannot encode."""


def verify(verification: Verification, trust: Trust, seconds: float = TIMEOUT) -> list[Step]:
    """Run an SMTP session up to MAIL FROM, or RCPT TO if there is a recipient, and send no mail.

    The password is sent only over TLS and only once, because servers lock accounts.

    Args:
        verification: The settings to try.
        trust: The trusted certificate authorities.
        seconds: The time limit for all stages together.

    Raises:
        NotVerified: A stage failed; the error has its name and the stages that passed.
    """
    for stage, happened in _invalid_values(verification):
        raise _not_verified(verification, stage, StageFailed(happened, advice.FIX_VALUE))
    with closing(Session(Deadline(seconds))) as session:
        steps = _run_stages(SessionContext(verification, trust, session, []))
        session.end(reset=True)
    return steps


def address_of(verification: Verification) -> str:
    """Return the server's host and port, with an IPv6 address in brackets."""
    host, port = verification.host, verification.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _invalid_values(verification: Verification) -> Iterator[tuple[str, str]]:
    """Yield a stage and what it cannot send; a line break would start another command."""
    if not _is_host_name(verification.host):
        yield "look-up", "host is not a valid host name"
    if INVALID_IN_CREDENTIALS.search(verification.user + verification.password):
        yield "AUTH", "user or password contains NUL or a surrogate"
    if INVALID_IN_ADDRESS.search(verification.sender):
        yield "MAIL FROM", "the sender address contains an invalid character"
    if INVALID_IN_ADDRESS.search(verification.recipient):
        yield "RCPT TO", "the recipient address contains an invalid character"


def _is_host_name(host: str) -> bool:
    if len(host) > MAX_HOST:  # IDNA takes quadratic time
        return False
    try:
        return bool(host.encode("idna")) and not INVALID_IN_ADDRESS.search(host)
    except UnicodeError:
        return False


def _run_stages(context: SessionContext) -> list[Step]:
    passed: list[Step] = []
    for stage, run in STAGES.items():
        try:
            detail = run(context)
        except (StageFailed, OSError) as error:
            context.session.end()
            if isinstance(error, OSError):
                error = from_os_error(stage, error, context.session.deadline.seconds)
            raise _not_verified(context.verification, stage, error, passed) from None
        if detail:
            passed.append(Step(stage, detail))
    return passed


def _not_verified(
    verification: Verification, stage: str, failure: StageFailed, passed: Sequence[Step] = ()
) -> NotVerified:
    happened = f"{address_of(verification)} failed at {stage}: {failure.happened}."
    return NotVerified(happened, failure.remedy or advice.REMEDIES[stage], stage, passed)


class SessionContext(NamedTuple):
    """What the stages share: "look-up" fills `addresses`, "connection" connects `session`."""

    verification: Verification
    trust: Trust
    session: Session
    addresses: list[Address]

    def begin_tls(self) -> str:
        """Start TLS with the server, and return the TLS version."""
        self.session.begin_tls(self.trust.context(), self.verification.host)
        return self.session.tls_version

    def expect(self, reply: Reply, *codes: int, remedy: str = "") -> str:
        """Return the text of a reply with one of these codes, quoted; otherwise fail the stage."""
        if reply.code in codes:
            return self.quote(reply.text)
        raise from_reply(reply, self.quote, remedy)

    def quote(self, text: bytes) -> str:
        """Quote text from the server, unless it may contain a password."""
        secrets = (self.verification.password, *self.verification.secrets)
        return quote_text(text.replace(b"\n", b", ").decode("utf-8", "replace"), secrets)


def _look_up(context: SessionContext) -> str:
    host, port = context.verification.host, context.verification.port
    context.addresses.extend(look_up(host, port, context.session.deadline))
    return ", ".join(address.ip for address in context.addresses)


def _connect(context: SessionContext) -> str:
    connection = connect(context.addresses, context.session.deadline)
    context.session.attach(connection)
    return f"{connection.getpeername()[0]} port {context.verification.port}"


def _begin_tls(context: SessionContext) -> str:
    return context.begin_tls() if context.verification.ssl else ""


def _read_greeting(context: SessionContext) -> str:
    return context.expect(context.session.getreply(), READY, remedy=advice.CLIENT_REJECTED)


def _say_hello(context: SessionContext) -> str:
    return context.expect(context.session.ehlo(), OK)


def _start_tls(context: SessionContext) -> str:
    if context.verification.ssl or not context.verification.starttls:
        return ""
    if not context.session.has_extn("STARTTLS"):
        raise StageFailed("the server does not offer it", advice.NO_STARTTLS)
    context.expect(context.session.command("STARTTLS"), READY)
    tls_version = context.begin_tls()
    _say_hello(context)  # extensions offered before TLS may be forged
    return tls_version


def _log_in(context: SessionContext) -> str:
    verification, session = context.verification, context.session
    if not verification.user:
        return ""
    if not session.tls_version:
        raise StageFailed("there is no TLS, so the password was not sent", advice.USE_TLS)
    mechanism = choose_mechanism(session)
    if not mechanism:
        offered = " ".join(session.auth_mechanisms).encode()
        offers = f"neither PLAIN nor LOGIN, but {context.quote(offered)}" if offered else "no AUTH"
        raise StageFailed(f"the server offers {offers}", advice.NO_MECHANISM)
    reply = authenticate(session, mechanism, verification.user, verification.password)
    context.expect(reply, AUTHENTICATED)
    return mechanism


def _mail_from(context: SessionContext) -> str:
    sender, recipient = context.verification.sender, context.verification.recipient
    session = context.session
    is_utf8 = not (sender + recipient).isascii() and session.has_extn("SMTPUTF8")
    if is_utf8:
        session.command_encoding = "utf-8"
    _check_encoding(session, sender)
    reply = session.command("MAIL", f"FROM:<{sender}>{' SMTPUTF8' if is_utf8 else ''}")
    remedy = advice.LOGIN_REQUIRED if session.tls_version else advice.USE_TLS
    is_required = reply.code == TLS_OR_LOGIN_REQUIRED
    return context.expect(reply, *SUCCESS, remedy=remedy if is_required else "")


def _rcpt_to(context: SessionContext) -> str:
    recipient, session = context.verification.recipient, context.session
    if not recipient:
        return ""
    _check_encoding(session, recipient)
    return context.expect(session.command("RCPT", f"TO:<{recipient}>"), *SUCCESS)


def _check_encoding(session: Session, address: str) -> None:
    if not address.isascii() and session.command_encoding == "ascii":
        raise StageFailed("the server does not accept non-ASCII addresses", advice.USE_ASCII)


STAGES: dict[str, Callable[[SessionContext], str]] = {
    "look-up": _look_up,
    "connection": _connect,
    "TLS": _begin_tls,
    "greeting": _read_greeting,
    "EHLO": _say_hello,
    "STARTTLS": _start_tls,
    "AUTH": _log_in,
    "MAIL FROM": _mail_from,
    "RCPT TO": _rcpt_to,
}
"""The stages in order; each returns what to show, or an empty string if it does not apply."""
