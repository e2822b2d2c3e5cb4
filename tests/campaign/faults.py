"""What may go wrong with each kind of request, and decks that deal all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from pulumi_smtpconfig.emulator import Fault
from tests.campaign import wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.wire import Wire

NEVER = 600.0
"""Seconds of a delay that the provider's giving up ends."""

PAST = "Sun, 06 Nov 1994 08:49:37 GMT"
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
FORBIDDEN = Fault(403, '{"error": "HTTP 403 Forbidden"}', on="mail")
NO_CLIENT = Fault(401, '{"error": "invalid_client"}', on="token")


UNUSABLE: tuple[object, ...] = (
    {},
    [],
    "a token",
    {"access_token": ""},
    {"access_token": None},
    {"access_token": 5},
    {"access_token": ["a-token"]},
    {"access_token": "two words"},
    {"access_token": "line\r\nx-injected: 1"},
    {"access_token": "tökén"},
    {"access_token": "a-token", "expires_in": "soon"},
    {"access_token": "a-token", "expires_in": [60]},
    {"access_token": "a-token", "expires_in": float("nan")},
)
"""What a token endpoint may grant that cannot be sent, or not for a known time."""

UNKNOWN_TOKENS: tuple[object, ...] = (
    {"access_token": "a-token"},
    {"access_token": "a-token", "expires_in": 0},
    {"access_token": "a-token", "expires_in": -60},
    {"access_token": "a-token", "expires_in": "60"},
    {"access_token": "a-token", "expires_in": 10**400},
    {"access_token": "a-token", "expires_in": float("inf")},
    {"access_token": "a-token", "token_type": "mac"},
    {"access_token": "a-token", "error": "invalid_grant"},
    {"access_token": "x" * 16_000, "expires_in": 60},
)
"""What a token endpoint may grant that the platform does not know."""

LIVE: tuple[object, ...] = (
    None,
    5,
    [],
    "settings",
    {"host": ["smtp.acme.example"]},
    {"port": "submission"},
    {"port": 10**400},
    {"port": "9" * 5000},
    {"port": -1},
    {"port": 587.5},
    {"ssl": "perhaps", "starttls": 5},
)
"""What may stand in place of a realm's mail settings."""


def grants(echo: str) -> list[Fault]:
    """Return what a token endpoint may answer instead of a good token."""
    repeated = {"access_token": "", "error_description": echo, "token_type": echo}
    return [
        *(Fault(200, json.dumps(each)) for each in (*UNUSABLE, *UNKNOWN_TOKENS, repeated)),
        *(Fault(status, '{"access_token": "a-token"}') for status in (201, 203, 400)),
        *(Fault(status, '{"error": "invalid_client"}') for status in (400, 401)),
        Fault(200, HUGE),
        Fault(204),
    ]


def readings(echo: str) -> list[Fault]:
    """Return what a platform may answer to a request for a realm."""
    repeated = ({"host": echo}, {"port": echo}, {"from": [echo]}, echo)
    return [
        *(Fault(200, json.dumps({"smtpServer": each})) for each in (*LIVE, *repeated)),
        Fault(200, json.dumps({"realm": echo})),
        Fault(200, "{}"),
        Fault(204),
    ]


class Dealt(NamedTuple):
    """A fault, and what the campaign knows of it.

    Attributes:
        fault: The fault.
        lies: Whether its answer says no though the platform was let take the settings.
        name: What it is counted as: a group, a colon, and its name there.
    """

    fault: Fault | Wire
    lies: bool = False
    name: str = ""

    def honest(self) -> Dealt:
        """Return it without the lie."""
        applied = self.fault.applied and not self.lies
        return self._replace(fault=replace(self.fault, applied=applied), lies=False)


Table = Callable[[str], list[Dealt]]
"""All faults of a kind, whose words are a text."""


def answers(echo: str) -> list[Dealt]:
    """Return the answers that any request may get."""
    return [*_either(refusals(echo), refuses=True), *_either(silences(echo))]


def requests(echo: str) -> list[Dealt]:
    """Return whatever any request may meet."""
    return [
        *answers(echo),
        *_either(wire.refusals(echo), refuses=True),
        *_either(wire.responses()),
        *map(Dealt, wire.additions()),
        *map(Dealt, wire.requests()),
    ]


TABLES: dict[Kind, Table] = {
    "mail": requests,
    "token": lambda echo: [*requests(echo), *map(Dealt, grants(echo))],
    "read": lambda echo: [*requests(echo), *map(Dealt, readings(echo))],
}
"""What each kind of request may meet."""


def links(_: str) -> list[Dealt]:
    """Return what a connection may meet, whatever it is for."""
    return list(map(Dealt, wire.connections()))


def proxied(echo: str) -> list[Dealt]:
    """Return what a connection through a proxy may meet."""
    return [*links(echo), *map(Dealt, wire.proxies(echo))]


def _either(faults: Sequence[Fault] | Sequence[Wire], *, refuses: bool = False) -> list[Dealt]:
    """Return each fault twice: the platform gets the request, or it does not."""
    return [
        Dealt(replace(fault, applied=applied), lies=applied and refuses)
        for fault in faults
        for applied in (False, True)
    ]


class Deck:
    """Deals the faults of a table in any order, but each one before any comes again.

    Args:
        random: Shuffles.
        table: The faults.
        start: Which part of the first shuffle to skip until the others are dealt, so that decks
            that are shuffled alike deal other faults first.
    """

    def __init__(self, random: Random, table: Table = answers, start: float = 0.0) -> None:
        self._random = random
        self._table = table
        self._places: list[int] = []
        self._start = start

    def deal(self, on: Kind, echo: str) -> Dealt:
        """Return the next fault for a kind of request, with `echo` as its words."""
        faults = self._table(echo)
        if not self._places:
            shuffled = self._random.sample(range(len(faults)), len(faults))
            skipped = int(self._start * len(faults))
            self._places, self._start = shuffled[skipped:] + shuffled[:skipped], 0.0
        place = self._places.pop(0)
        fault, lies, _ = faults[place]
        name = f"{'link' if self._table in {links, proxied} else on}: {place}"
        return Dealt(replace(fault, on=on), lies and on == "mail", name)
