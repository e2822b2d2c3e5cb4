"""The stages of an SMTP session that proves settings, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig import smtp_remedies as remedies
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.smtp_auth import AUTHENTICATED, log_in, mechanism, offers, secrets_of
from pulumi_smtpconfig.smtp_connecting import connect, look_up
from pulumi_smtpconfig.smtp_failures import Failed, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.request import Verification
    from pulumi_smtpconfig.smtp_connecting import Address, Deadline
    from pulumi_smtpconfig.smtp_session import Reply, Session
    from pulumi_smtpconfig.trust import Trust

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
    return talk.taken(talk.session.getreply(), READY, remedy=remedies.TURNED_AWAY)


def _hello(talk: Talk) -> str:
    return talk.taken(talk.session.hello(), DONE)


def _start_tls(talk: Talk) -> str:
    if talk.asked.ssl or not talk.asked.starttls:
        return ""
    if not talk.session.has_extn("STARTTLS"):
        raise Failed("the server does not offer it", remedies.NOT_OFFERED)
    talk.taken(talk.session.ask("STARTTLS"), READY)
    talk.session.secure(talk.trust.context(), talk.asked.host)
    # What was offered before TLS may have been forged.
    talk.taken(talk.session.hello(), DONE)
    return talk.session.tls


def _log_in(talk: Talk) -> str:
    if not talk.asked.user:
        return ""
    if not talk.session.tls:
        raise Failed("the password was not sent, as there is no TLS", remedies.WITHOUT_TLS)
    name = mechanism(talk.session)
    if not name:
        raise Failed(f"the server offers {_listed(talk)}", remedies.NO_MECHANISM)
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
        raise Failed("the server takes no addresses beyond ASCII", remedies.ASCII_ALONE)
    reply = session.ask("MAIL", f"FROM:<{sender}>{' SMTPUTF8' if is_utf8 else ''}")
    remedy = remedies.WITHOUT_USER if session.tls else remedies.WITHOUT_TLS
    return talk.taken(reply, *TAKEN, remedy=remedy if reply.code == MORE_IS_REQUIRED else "")


def _send_to(talk: Talk) -> str:
    recipient, session = talk.asked.recipient, talk.session
    if not recipient:
        return ""
    if not recipient.isascii() and session.command_encoding == "ascii":
        raise Failed("the server takes no addresses beyond ASCII", remedies.ASCII_ALONE)
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
