"""What may go wrong with a request: one table, and a deck that deals all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from pulumi_smtpconfig.emulator import Fault

if TYPE_CHECKING:
    from random import Random

    from pulumi_smtpconfig.emulator.endpoints import Kind

NEVER = 600.0
"""Seconds of a delay that the provider's giving up ends."""

PAST = "Sun, 06 Nov 1994 08:49:37 GMT"
BOTH = (False, True)
HUGE = b'{"status": "OK"}' + b" " * (2 * 1024 * 1024)


def refusals(echo: str) -> list[Fault]:
    """Return answers that say the platform keeps what it had, with words of its own in them."""
    mail = {"message": echo, "status": "BAD_REQUEST", "subSystem": 8}
    oauth = {"error": "invalid_request", "error_description": echo}
    elsewhere = f"https://{quote(echo, safe='')}.example/{quote(echo, safe='')}"
    return [
        Fault(400, json.dumps(mail)),
        Fault(400, json.dumps(oauth)),
        Fault(400, '{"error": "unknown_error"}'),
        Fault(401, json.dumps(oauth)),
        Fault(403, '{"error": "HTTP 403 Forbidden"}'),
        Fault(404, '{"error": "Realm not found."}'),
        Fault(409, echo),
        Fault(413, HUGE),
        Fault(429, echo),
        Fault(429, echo, {"Retry-After": "0"}),
        Fault(429, echo, {"Retry-After": "3600"}),
        Fault(429, echo, {"Retry-After": PAST}),
        Fault(200, json.dumps(mail | {"status": "ERROR"})),
        *(Fault(status, echo, {"Location": elsewhere}) for status in (301, 302, 303, 307, 308)),
    ]


def silences(echo: str) -> list[Fault]:
    """Return what does not tell whether the platform took the settings."""
    page = f"<html><p>{echo}</p></html>"
    return [
        Fault(500),
        Fault(500, json.dumps({"error": echo})),
        *(Fault(status, page) for status in (502, 503, 504)),
        Fault(503, page, {"Retry-After": "0"}),
        Fault(503, page, {"Retry-After": "1"}),
        Fault(200, echo),
        Fault(200),
        Fault(200, page),
        Fault(200, json.dumps([echo])),
        Fault(200, HUGE),
        Fault(delay=NEVER),
        Fault(cut="header"),
        Fault(cut="body", body='{"status": "OK"}'),
        Fault(400, cut="body", body=echo),
    ]


LOST = (
    *(Fault(status, on="mail", applied=True) for status in (502, 503, 504)),
    Fault(cut="header", on="mail", applied=True),
    Fault(cut="body", on="mail", applied=True),
    Fault(delay=NEVER, on="mail", applied=True),
)
"""What hides that the platform took the settings, and is tried again."""

EXPIRED = Fault(401, '{"error": "HTTP 401 Unauthorized"}', on="mail")
NO_CLIENT = Fault(401, '{"error": "invalid_client"}', on="token")


class Dealt(NamedTuple):
    """A fault, and whether its answer says no though the platform was let take the settings."""

    fault: Fault
    lies: bool = False

    def honest(self) -> Dealt:
        """Return it without the lie."""
        applied = self.fault.applied and not self.lies
        return Dealt(replace(self.fault, applied=applied), lies=False)


class Deck:
    """Deals faults in any order, but each one, applied and not, before any comes again.

    Args:
        random: Shuffles.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._cards: list[tuple[int, bool]] = []

    def deal(self, on: Kind, echo: str) -> Dealt:
        """Return the next fault of a kind of request, whose words are `echo`."""
        clear, faults = len(refusals(echo)), [*refusals(echo), *silences(echo)]
        if not self._cards:
            self._cards = [(place, applied) for place in range(len(faults)) for applied in BOTH]
            self._random.shuffle(self._cards)
        place, applied = self._cards.pop()
        fault = replace(faults[place], applied=applied, on=on)
        return Dealt(fault, lies=applied and place < clear and on == "mail")
