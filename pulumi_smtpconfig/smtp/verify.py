"""Verifies settings at their SMTP server, stage by stage, without sending a mail."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.smtp import advice
from pulumi_smtpconfig.smtp.advice import GENERAL, UNSENDABLE, Failed, explained, refused
from pulumi_smtpconfig.smtp.connect import Deadline, connect, look_up
from pulumi_smtpconfig.smtp.session import (
    AUTHENTICATED,
    Session,
    log_in,
    mechanism,
    offers,
    secrets_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.interface import Verification
    from pulumi_smtpconfig.smtp.connect import Address
    from pulumi_smtpconfig.smtp.session import Reply
    from pulumi_smtpconfig.tls import Trust

READY, DONE, MORE_IS_REQUIRED = 220, 250, 530
TAKEN = range(200, 300)


class Talk(NamedTuple):
    """What the stages share.

    Attributes:
        asked: What is tried.
        trust: Whose certificates are taken.
        deadline: When all must be over.
        session: The session, which a stage connects.
        addresses: The server's, which a stage looks up.
    """

    asked: Verification
    trust: Trust
    deadline: Deadline
    session: Session
    addresses: list[Address]

    def quote(self, text: bytes) -> str:
        """Return a server's words without the password, in any form that was sent."""
        words = text.replace(b"\n", b", ").decode("utf-8", "replace")
        return quoted(words, secrets_of(self.asked.user, self.asked.password))

    def taken(self, reply: Reply, *codes: int, remedy: str = "") -> str:
        """Return what a reply with one of these codes says; any other one fails the stage."""
        if reply.code in codes:
            return self.quote(reply.text)
        raise refused(reply, self.quote, remedy)


def _look_up(talk: Talk) -> str:
    talk.addresses.extend(look_up(talk.asked.host, talk.asked.port, talk.deadline))
    return ", ".join(address.name for address in talk.addresses)


def _connect(talk: Talk) -> str:
    connection = connect(talk.addresses, talk.deadline)
    talk.session.begin(connection)
    return f"{connection.getpeername()[0]} port {talk.asked.port}"


def _begin_tls(talk: Talk) -> str:
    if talk.asked.ssl:
        talk.session.secure(talk.trust.context(), talk.asked.host)
    return talk.session.tls


def _greet(talk: Talk) -> str:
    return talk.taken(talk.session.getreply(), READY, remedy=advice.TURNED_AWAY)


def _hello(talk: Talk) -> str:
    return talk.taken(talk.session.hello(), DONE)


def _start_tls(talk: Talk) -> str:
    if talk.asked.ssl or not talk.asked.starttls:
        return ""
    if not talk.session.has_extn("STARTTLS"):
        raise Failed("the server does not offer it", advice.NOT_OFFERED)
    talk.taken(talk.session.ask("STARTTLS"), READY)
    talk.session.secure(talk.trust.context(), talk.asked.host)
    # What was offered before TLS may have been forged.
    talk.taken(talk.session.hello(), DONE)
    return talk.session.tls


def _log_in(talk: Talk) -> str:
    if not talk.asked.user:
        return ""
    if not talk.session.tls:
        raise Failed("the password was not sent, as there is no TLS", advice.WITHOUT_TLS)
    name = mechanism(talk.session)
    if not name:
        raise Failed(f"the server offers {_listed(talk)}", advice.NO_MECHANISM)
    reply = log_in(talk.session, name, talk.asked.user, talk.asked.password)
    talk.taken(reply, AUTHENTICATED)
    return name


def _listed(talk: Talk) -> str:
    mechanisms = " ".join(offers(talk.session)).encode()
    return f"neither PLAIN nor LOGIN, but {talk.quote(mechanisms)}" if mechanisms else "no AUTH"


def _send_from(talk: Talk) -> str:
    sender, recipient, session = talk.asked.sender, talk.asked.recipient, talk.session
    is_utf8 = not (sender + recipient).isascii() and session.has_extn("SMTPUTF8")
    if is_utf8:
        session.command_encoding = "utf-8"
    elif not sender.isascii():
        raise Failed("the server takes no addresses beyond ASCII", advice.ASCII_ALONE)
    reply = session.ask("MAIL", f"FROM:<{sender}>{' SMTPUTF8' if is_utf8 else ''}")
    remedy = advice.WITHOUT_USER if session.tls else advice.WITHOUT_TLS
    return talk.taken(reply, *TAKEN, remedy=remedy if reply.code == MORE_IS_REQUIRED else "")


def _send_to(talk: Talk) -> str:
    recipient, session = talk.asked.recipient, talk.session
    if not recipient:
        return ""
    if not recipient.isascii() and session.command_encoding == "ascii":
        raise Failed("the server takes no addresses beyond ASCII", advice.ASCII_ALONE)
    return talk.taken(session.ask("RCPT", f"TO:<{recipient}>"), *TAKEN)


STAGES: dict[str, Callable[[Talk], str]] = {
    "look-up": _look_up,
    "connection": _connect,
    "TLS": _begin_tls,
    "greeting": _greet,
    "EHLO": _hello,
    "STARTTLS": _start_tls,
    "AUTH": _log_in,
    "MAIL FROM": _send_from,
    "RCPT TO": _send_to,
}
"""What each stage does; it returns what is notable, and nothing where it does not apply."""


SECONDS = 15.0
"""How long all stages may take together."""

NOT_IN_ADDRESSES = re.compile("[\\0-\\x20\\x7f<>\\ud800-\\udfff]")
NOT_IN_CREDENTIALS = re.compile("[\\0\\ud800-\\udfff]")
"""RFC 4616 separates user and password by NUL; half a character cannot be written at all."""


def verify(verification: Verification, trust: Trust, seconds: float = SECONDS) -> list[Step]:
    """Hold a session up to the sender, or to the recipient where one is given, and no mail.

    The password is sent over TLS alone, and once, as accounts get locked.

    Args:
        verification: What is tried.
        trust: Whose certificates are taken.
        seconds: How long it may take in all.

    Raises:
        NotVerified: A stage failed; the error names it, and has the stages that passed.
    """
    for stage, what in _unsendable(verification):
        raise _not_verified(verification, stage, Failed(what, UNSENDABLE), [])
    deadline = Deadline(seconds)
    with closing(Session(deadline)) as session:
        talk = Talk(verification, trust, deadline, session, [])
        passed = _passed(talk)
        session.leave(reset=True)
    return passed


def _passed(talk: Talk) -> list[Step]:
    passed: list[Step] = []
    for stage in STAGES:
        try:
            said = _tried(talk, stage)
        except Failed as failed:
            talk.session.leave()
            raise _not_verified(talk.asked, stage, failed, passed) from None
        if said:
            passed.append(Step(stage, said))
    return passed


def _tried(talk: Talk, stage: str) -> str:
    try:
        return STAGES[stage](talk)
    except OSError as error:
        raise explained(stage, error, talk.deadline.seconds) from None


def _not_verified(
    asked: Verification, stage: str, failed: Failed, passed: list[Step]
) -> NotVerified:
    host = f"[{asked.host}]" if ":" in asked.host else asked.host
    happened = f"{host}:{asked.port} failed at {stage}: {failed.what}."
    return NotVerified(happened, failed.remedy or GENERAL[stage], stage, passed)


def _unsendable(asked: Verification) -> Iterator[tuple[str, str]]:
    """Yield what no command may carry, with its stage: a line break in one would begin another."""
    if NOT_IN_ADDRESSES.search(asked.host) or not _is_name(asked.host):
        yield "look-up", "host is no host name"
    if NOT_IN_CREDENTIALS.search(asked.user + asked.password):
        yield "AUTH", "user or password holds NUL or half a character"
    if NOT_IN_ADDRESSES.search(asked.sender):
        yield "MAIL FROM", "the sender's address holds a character that ends it"
    if NOT_IN_ADDRESSES.search(asked.recipient):
        yield "RCPT TO", "the recipient's address holds a character that ends it"


def _is_name(host: str) -> bool:
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False
