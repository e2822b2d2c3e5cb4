"""Verify settings at their SMTP server, stage by stage, without sending mail."""

from __future__ import annotations

import re
from copy import copy
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.connect import connect, look_up
from pulumi_smtpconfig.errors import SmtpConfigError, TokenNotGranted
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.redaction import public_url, quote_text
from pulumi_smtpconfig.smtp import advice
from pulumi_smtpconfig.smtp.addresses import ascii_domain, contacted_host
from pulumi_smtpconfig.smtp.advice import StageFailed, from_os_error, from_reply
from pulumi_smtpconfig.smtp.session import (
    AUTHENTICATED,
    LOGIN,
    OK,
    PLAIN,
    XOAUTH2,
    authenticate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulumi_smtpconfig.connect import Address
    from pulumi_smtpconfig.interface import Certificate, Verification
    from pulumi_smtpconfig.smtp.session import Reply, Session
    from pulumi_smtpconfig.tls import Trust

READY, WILL_FORWARD, TLS_OR_LOGIN_REQUIRED = 220, 251, 530
ADDRESS_REFUSED = (550, 450, 551, 552, 553, 554, 555)
"""The refusals that are about a mail and not about the session (RFC 5321, 4.2.2)."""

CONTROL = re.compile("[\\0-\\x1f\\x7f]")
INVALID_IN_CREDENTIALS = re.compile("[\\0\\ud800-\\udfff]")
"""NUL, which separates user and password (RFC 4616), and surrogates, which UTF-8 cannot encode."""

MECHANISMS = (LOGIN, PLAIN)
"""In the order of Jakarta Mail, whatever the server lists first."""

UNTRIED = ("DIGEST-MD5", "NTLM")
"""What Jakarta Mail uses after those."""


def address_of(verification: Verification) -> str:
    """Return the server's host and port, with an IPv6 address in brackets."""
    host, port = contacted_host(verification.host) or verification.host, verification.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def invalid_values(verification: Verification) -> Iterator[Outcome]:
    """Yield the failures of what cannot be sent; a line break would start another command."""
    for stage, happened in _invalid_values(verification):
        yield Outcome([], stage, StageFailed(happened, advice.FIX_VALUE))


def _invalid_values(verification: Verification) -> Iterator[tuple[str, str]]:
    if not contacted_host(verification.host):
        yield "look-up", "host is not a valid host name"
    if INVALID_IN_CREDENTIALS.search(verification.user + verification.password):
        yield "AUTH", "user or password contains NUL or a surrogate"
    if verification.token and CONTROL.search(verification.user):
        yield "AUTH", "user contains a control character"
    if not _is_address(verification.sender):
        yield "MAIL FROM", "the sender address contains an invalid character"
    if not _is_address(verification.recipient):
        yield "RCPT TO", "the recipient address contains an invalid character"


def _is_address(address: str) -> bool:
    try:
        ascii_domain(address)
    except ValueError:
        return False
    return True


class Services(NamedTuple):
    """What a session needs of others.

    Attributes:
        trust: The trusted certificate authorities.
        fetch_token: Returns the access token for settings with a `token`, within so many seconds.
        certificates: The trusted certificates of the servers, which each session adds to, by
            `address_of` its settings.
    """

    trust: Trust
    fetch_token: Callable[[Verification, float], str]
    certificates: dict[str, Certificate]


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
            if detail := STAGES[stage](context._replace(stage=stage)):
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
    """What the stages share.

    Attributes:
        verification: The settings.
        services: What they ask others for.
        session: What "connection" connects.
        tokens: The access tokens so far, the last of which "token" adds.
        addresses: What "look-up" finds.
        stage: The stage that runs.
    """

    verification: Verification
    services: Services
    session: Session
    tokens: list[str]
    addresses: list[Address]
    stage: str = ""

    def begin_tls(self) -> str:
        """Start TLS with the server, and return the TLS version."""
        name = contacted_host(self.verification.host).partition("%")[0]
        self.session.begin_tls(self.services.trust.context(), name)
        if certificate := self.session.certificate:
            self.services.certificates[address_of(self.verification)] = certificate
        return self.session.tls_version

    def expect(self, reply: Reply, *codes: int, remedy: str = "") -> str:
        """Return the text of a reply with one of these codes, quoted; otherwise fail the stage."""
        if reply.code in codes:
            return self.quote(reply.text)
        raise from_reply(self.stage, reply, codes, self.quote, remedy)

    def quote(self, text: bytes) -> str:
        """Quote text from the server, unless it may contain a password."""
        shown = text.replace(b"\n", b", ").decode("utf-8", "replace")
        return quote_text(shown, (*self.verification.all_secrets, *self.tokens))


def _look_up(context: SessionContext) -> str:
    host, port = contacted_host(context.verification.host), context.verification.port
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
    said = context.expect(context.session.greet(), OK)
    return said if context.session.does_esmtp else f"{said} to HELO, because it refused EHLO"


def _start_tls(context: SessionContext) -> str:
    if context.verification.ssl or not context.verification.starttls:
        return ""
    if not context.session.has_extn("STARTTLS"):
        happened = f"the server does not offer it{_without_ehlo(context.session)}"
        raise StageFailed(happened, advice.NO_STARTTLS)
    context.expect(context.session.command("STARTTLS"), READY)
    tls_version = context.begin_tls()
    context.expect(context.session.ehlo(), OK)  # extensions offered before TLS may be forged
    return tls_version


def _without_ehlo(session: Session) -> str:
    return "" if session.does_esmtp else ", because it refused EHLO"


def _fetch_token(context: SessionContext) -> str:
    verification = context.verification
    if not verification.user or not verification.token:
        return ""
    seconds = context.session.deadline.remaining()
    try:
        context.tokens.append(context.services.fetch_token(verification, seconds))
    except SmtpConfigError as error:
        words = error.refused if isinstance(error, TokenNotGranted) else ""
        happened = error.happened.removesuffix(".")
        raise StageFailed(happened, error.remedy, words=words) from None
    return public_url(verification.token.url)


def _log_in(context: SessionContext) -> str:
    verification, session = context.verification, context.session
    if not verification.user:
        return ""
    if not session.tls_version and not _is_loopback(context.addresses):
        what = "token" if verification.token else "password"
        happened = f"there is no TLS, so the {what} was not sent"
        raise StageFailed(happened, advice.TLS_FOR_LOGIN)
    mechanism = _mechanism(context)
    secret = context.tokens[-1] if verification.token else verification.password
    reply = authenticate(session, mechanism, verification.user, secret)
    remedy = advice.XOAUTH2_REFUSED if verification.token else ""
    context.expect(reply, AUTHENTICATED, remedy=remedy)
    return mechanism


def _is_loopback(addresses: Iterable[Address]) -> bool:
    return all(ip_address(address.ip).is_loopback for address in addresses)


def _mechanism(context: SessionContext) -> str:
    """Return the mechanism that Jakarta Mail would use, if it is one that can be tried here."""
    offered = context.session.auth_mechanisms
    wanted = (XOAUTH2,) if context.verification.token else (*MECHANISMS, *UNTRIED)
    mechanism = next((name for name in wanted if name in offered), "")
    if mechanism and mechanism not in UNTRIED:
        return mechanism
    if not offered:
        happened = f"the server offers no AUTH{_without_ehlo(context.session)}"
        wants_tls = not context.session.tls_version and context.session.has_extn("STARTTLS")
        raise StageFailed(happened, advice.USE_TLS if wants_tls else advice.NO_AUTH)
    names = context.quote(" ".join(offered).encode())
    if mechanism:
        happened = (
            f"the server offers {names}, of which Jakarta Mail, the platforms' mailer, uses "
            f"{mechanism}, and that cannot be tried here"
        )
        raise StageFailed(happened, advice.UNTRIED_MECHANISM)
    if context.verification.token:
        raise StageFailed(f"the server offers not {XOAUTH2}, but {names}", advice.NO_XOAUTH2)
    remedy = advice.USE_XOAUTH2 if XOAUTH2 in offered else advice.NO_MECHANISM
    raise StageFailed(f"the server offers neither LOGIN nor PLAIN, but {names}", remedy)


def _mail_from(context: SessionContext) -> str:
    sender = ascii_domain(context.verification.sender)
    recipient = ascii_domain(context.verification.recipient)
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
    recipient, session = ascii_domain(context.verification.recipient), context.session
    if not recipient:
        return ""
    _check_encoding(session, recipient)
    return context.expect(session.command("RCPT", f"TO:<{recipient}>"), OK, WILL_FORWARD)


def _check_encoding(session: Session, address: str) -> None:
    if not address.isascii() and session.command_encoding == "ascii":
        happened = "the server does not offer SMTPUTF8, so it takes no non-ASCII characters"
        raise StageFailed(happened, advice.USE_ASCII, ADDRESS_REFUSED[0])


STAGES: dict[str, Callable[[SessionContext], str]] = {
    "look-up": _look_up,
    "connection": _connect,
    "TLS": _begin_tls,
    "greeting": _read_greeting,
    "EHLO": _say_hello,
    "STARTTLS": _start_tls,
    "token": _fetch_token,
    "AUTH": _log_in,
    "MAIL FROM": _mail_from,
    "RCPT TO": _rcpt_to,
}
"""The stages in order; each returns what to show, or an empty string if it does not apply."""

LOGINS = ("token", "AUTH")
"""The stages in which something is tried that servers count."""

ADDRESSES = ("MAIL FROM", "RCPT TO")
"""The stages that every sender and recipient goes through, also in a session that is open."""
