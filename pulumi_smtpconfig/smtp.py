"""Trying settings at their SMTP server, stage by stage, without sending a mail."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import NotVerified
from pulumi_smtpconfig.request import Step
from pulumi_smtpconfig.smtp_connecting import Deadline
from pulumi_smtpconfig.smtp_failures import Failed, explained
from pulumi_smtpconfig.smtp_remedies import GENERAL, UNSENDABLE
from pulumi_smtpconfig.smtp_session import Session
from pulumi_smtpconfig.smtp_stages import STAGES, Talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.request import Verification
    from pulumi_smtpconfig.trust import Trust

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
