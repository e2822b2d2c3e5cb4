"""What a user is told by an error, or by none."""

from __future__ import annotations

import re
from enum import Enum

from pulumi_smtpconfig import errors

UNKNOWN = "the platform may have the old ones or the new ones"
"""What tells a user that nobody knows whether the settings were taken."""

NOTHING_SENT = "nothing was sent"
BUG = "this is a bug"
NAME = re.compile(r"pulumi_smtpconfig\.errors\.(\w+): ")


class Told(Enum):
    """What one operation of one resource comes to, as a user is told."""

    SUCCESS = "success"
    REFUSED = "refused, so nothing changed"
    NOT_REACHED = "not reached, so nothing was sent"
    UNKNOWN = "may hold either"
    NOT_READ = "could not be read, so nothing changed"
    NOT_VERIFIED = "not verified, so nothing was sent"
    NO_TOKEN = "no token, so nothing changed"
    NOT_CONFIGURED = "a wrong setting, so nothing was sent"
    NOTHING = "nothing that a user can act on"


MEANINGS = {
    errors.Refused: Told.REFUSED,
    errors.ConnectionFailed: Told.NOT_REACHED,
    errors.OutcomeUnknown: Told.UNKNOWN,
    errors.ReadFailed: Told.NOT_READ,
    errors.NotVerified: Told.NOT_VERIFIED,
    errors.TokenNotGranted: Told.NO_TOKEN,
    errors.ConfigurationError: Told.NOT_CONFIGURED,
}


def told(error: str) -> Told:
    """Return what an error tells, by its name; success if it is empty."""
    if not error:
        return Told.SUCCESS
    names = NAME.findall(error)
    kind = getattr(errors, names[-1], None) if names else None
    if isinstance(kind, type) and BUG not in error:
        for parent, meaning in MEANINGS.items():
            if issubclass(kind, parent):
                return meaning
    return Told.NOTHING


def says(error: str, words: str) -> bool:
    """Return whether an error says these words, however its lines are broken."""
    return words in " ".join(error.split())
