"""Verify settings at their SMTP server, stage by stage, without sending mail."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.connect import connect, look_up
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.smtp import advice
from pulumi_smtpconfig.smtp.advice import StageFailed, from_os_error, from_reply
from pulumi_smtpconfig.smtp.session import (
    AUTHENTICATED,
    OK,
    authenticate,
    choose_mechanism,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulumi_smtpconfig.connect import Address
    from pulumi_smtpconfig.interface import Verification
    from pulumi_smtpconfig.smtp.session import Reply, Session
    from pulumi_smtpconfig.tls import Trust

READY, WILL_FORWARD, TLS_OR_LOGIN_REQUIRED = 220, 251, 530
ADDRESS_REFUSED = (550, 450, 551, 552, 553, 554, 555)
"""The refusals that are about a mail and not about the session (RFC 5321, 4.2.2)."""
MAX_HOST = 253
"""Characters of a name, at most (RFC 1035, section 2.3.4)."""

INVALID_IN_ADDRESS = re.compile("[\\0-\\x20\\x7f<>\\ud800-\\udfff]")
INVALID_IN_CREDENTIALS = re.compile("[\\0\\ud800-\\udfff]")
"""NUL, which separates user and password (RFC 4616), and surrogates, which UTF-8 cannot encode."""


def address_of(verification: Verification) -> str:
    """Return the server's host and port, with an IPv6 address in brackets."""
    host, port = verification.host, verification.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def invalid_values(verification: Verification) -> Iterator[Outcome]:
    """Yield the failures of what cannot be sent; a line break would start another command."""
    for stage, happened in _invalid_values(verification):
        yield Outcome([], stage, StageFailed(happened, advice.FIX_VALUE))


def _invalid_values(verification: Verification) -> Iterator[tuple[str, str]]:
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


class Outcome(NamedTuple):
    """How far a session came.

    Attributes:
        passed: The stages that passed.
        stage: The stage that failed, or an empty string.
        failure: Why it failed.
    """

    passed: list[Step]
    stage: str = ""
    failure: StageFailed | None = None

    @property
    def is_of_the_addresses(self) -> bool:
        """Whether the login works, and sender and recipient were accepted or refused for good."""
        failure = self.failure
        return not failure or (self.stage in ADDRESSES and failure.code in ADDRESS_REFUSED)


def run_stages(context: SessionContext, stages: Iterable[str], passed: list[Step]) -> Outcome:
    """Run stages in a session in which others have passed; the session stays open."""
    passed = [*passed]
    stage = ""
    try:
        for stage in stages:
            if detail := STAGES[stage](context):
                passed.append(Step(stage, detail))
        stage = passed[-1].stage
        context.session.expect_nothing()
    except (StageFailed, OSError) as error:
        if isinstance(error, OSError):
            error = from_os_error(stage, error, context.session.deadline.seconds, context.quote)
        # A copy has no traceback, which would keep the password in the frames that it refers to.
        return Outcome([step for step in passed if step.stage != stage], stage, copy(error))
    return Outcome(passed)


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
        raise from_reply(reply, codes, self.quote, remedy)

    def quote(self, text: bytes) -> str:
        """Quote text from the server, unless it may contain a password."""
        shown = text.replace(b"\n", b", ").decode("utf-8", "replace")
        return quote_text(shown, self.verification.all_secrets)


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
    return context.expect(reply, OK, remedy=remedy if is_required else "")


def _rcpt_to(context: SessionContext) -> str:
    recipient, session = context.verification.recipient, context.session
    if not recipient:
        return ""
    _check_encoding(session, recipient)
    return context.expect(session.command("RCPT", f"TO:<{recipient}>"), OK, WILL_FORWARD)


def _check_encoding(session: Session, address: str) -> None:
    if not address.isascii() and session.command_encoding == "ascii":
        happened = "the server does not accept non-ASCII addresses"
        raise StageFailed(happened, advice.USE_ASCII, ADDRESS_REFUSED[0])


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

LOGIN = "AUTH"
ADDRESSES = ("MAIL FROM", "RCPT TO")
"""The stages that every sender and recipient goes through, also in a session that is open."""
