"""What an operation is to meet, drawn at random from all that may go wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.campaign.echoes import echo
from tests.campaign.faults import (
    EXPIRED,
    FORBIDDEN,
    LOST,
    NO_CLIENT,
    TABLES,
    Dealt,
    Deck,
    links,
    proxied,
)
from tests.campaign.mail_server import rejections
from tests.campaign.wire import additions

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.mail_server import Rejection
    from tests.campaign.resource import Resource
    from tests.campaign.world import World

LOOP = 12
"""More refused tokens than anybody should answer with another try."""


class Plans:
    """Draws what the operations of a campaign meet.

    Args:
        world: Where they happen.
        random: Draws.
        start: The part of each deck that other campaigns deal first.
    """

    def __init__(self, world: World, random: Random, start: float) -> None:
        self._world = world
        self._random = random
        self._requests: dict[Kind, Deck] = {
            kind: Deck(Random(kind), table, start)  # noqa: S311 - to be repeated, not to be secret
            for kind, table in TABLES.items()
        }
        table = proxied if world.way.proxy else links
        self._links = Deck(Random("links"), table, start)  # noqa: S311 - likewise
        self._answers = Deck(random)

    def draw(self, resource: Resource) -> list[Dealt]:
        """Draw what an operation of one resource meets, in order."""
        one = self._deal(resource)
        again = one._replace(fault=replace(one.fault))
        lost, expired, no_client = (
            Dealt(replace(fault), name=name)
            for name, fault in {
                "mail: a lost answer": self._random.choice(LOST),
                "mail: 401": EXPIRED,
                "token: a client that is refused": NO_CLIENT,
            }.items()
        )
        loop = [Dealt(replace(EXPIRED), name="mail: 401 again and again") for _ in range(LOOP)]
        plans = [
            (1, []),
            (5, [one]),
            (5, [one, again]),
            (1, [lost, one]),
            (1, [lost, expired, one]),
            (2, [lost, expired, no_client]),
            (1, loop),
            (2, [one, *(self._deal(resource) for _ in range(3))]),
        ]
        return self._random.choices([plan for _, plan in plans], [often for often, _ in plans])[0]

    def draw_answers(self, count: int) -> list[Dealt]:
        """Draw answers to settings, for whichever resource comes first."""
        return [self._answers.deal("mail", "busy").honest() for _ in range(count)]

    def draw_reading(self, resource: Resource) -> list[Dealt]:
        """Draw what a refresh meets."""
        return [self._deal_request(resource, "read")] if self._random.random() < 0.5 else []

    def draw_surplus(self, on: Kind) -> tuple[Dealt, Dealt]:
        """Draw a surplus answer to one request, and a refusal that waits for the next settings."""
        surplus = replace(self._random.choice(additions()), on=on)
        return Dealt(surplus, name=f"{on}: {surplus.name} before a refusal"), Dealt(
            replace(FORBIDDEN), name="mail: 403 after a surplus"
        )

    def draw_rejection(self, resource: Resource) -> Rejection | None:
        """Draw what the SMTP server says to settings that are to be verified."""
        said = echo(self._random, [resource.declared["password"]])
        return self._random.choice([None, *rejections(said)])

    def _deal(self, resource: Resource) -> Dealt:
        if self._random.random() < 0.25:
            return self._links.deal("mail", self._echo(resource, "mail"))
        kinds: dict[Kind, int] = {
            "mail": 6,
            "token": 3 if "credentials" in resource.declared else 0,
            "read": 3 if self._world.reads(resource) and not resource.state else 0,
        }
        return self._deal_request(
            resource, self._random.choices(list(kinds), list(kinds.values()))[0]
        )

    def _deal_request(self, resource: Resource, kind: Kind) -> Dealt:
        return self._requests[kind].deal(kind, self._echo(resource, kind))

    def _echo(self, resource: Resource, to: Kind) -> str:
        return echo(self._random, self._world.known_secrets(resource, to))
