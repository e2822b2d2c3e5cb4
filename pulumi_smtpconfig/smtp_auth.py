"""Logging in to an SMTP server, once.

PLAIN and LOGIN alone, as these are what Jakarta Mail, which the platforms send with, tries first.
smtplib's own login tries one mechanism after the other, and takes ASCII alone.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_smtpconfig.smtp_session import Reply, Session

AUTHENTICATED = 235
CHALLENGE = 334
LONGEST_COMMAND = 510
"""Characters of a command; an answer to a challenge may be longer."""


def mechanism(session: Session) -> str:
    """Return the mechanism to use; empty where the server offers none that is known here."""
    offered = offers(session)
    return next((name for name in ("PLAIN", "LOGIN") if name in offered), "")


def offers(session: Session) -> list[str]:
    """Return the mechanisms that the server offers."""
    return session.esmtp_features.get("auth", "").upper().split()


def answers(name: str, user: str, password: str) -> list[str]:
    """Return what a mechanism sends, one after the other, as RFC 4616 and LOGIN have it."""
    if name == "PLAIN":
        return [_base64(f"\0{user}\0{password}")]
    return [_base64(user), _base64(password)]


def secrets_of(user: str, password: str) -> list[str]:
    """Return the forms in which a password leaves, which a server may echo."""
    if not password:
        return []
    return [password, *answers("PLAIN", user, password), answers("LOGIN", user, password)[1]]


def log_in(session: Session, name: str, user: str, password: str) -> Reply:
    """Try to log in, and return the last reply.

    A server that challenges once more is left without a word, which it would take for an answer.
    """
    given = answers(name, user, password)
    at_once = name == "PLAIN" and len(f"AUTH PLAIN {given[0]}") <= LONGEST_COMMAND
    reply = session.ask("AUTH", f"PLAIN {given.pop()}" if at_once else name)
    for answer in given:
        if reply.code != CHALLENGE:
            return reply
        reply = session.ask(answer)
    if reply.code == CHALLENGE:
        session.close()
    return reply


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
