"""Operations drawn at random, each with its faults, and held to the laws."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.campaign.echoes import echo, leaks
from tests.campaign.engine import up
from tests.campaign.faults import EXPIRED, LOST, NO_CLIENT, Dealt, Deck
from tests.campaign.laws import explained, judged, recovers
from tests.campaign.resource import TENANTS, Resource, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.engine import Outcome
    from tests.campaign.laws import Settings
    from tests.campaign.world import World

AT_ONCE = 4
"""Threads of the dynamic host."""


class Campaign:
    """A run of operations that a seed decides, but for the order in which threads get ahead."""

    def __init__(self, world: World, seed: str) -> None:
        self.tally = Counter[str]()
        self._world = world
        self._random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._deck = Deck(self._random)
        self._resources = {
            tenant: self._changed(Resource({"tenantId": tenant, **identity}))
            for tenant, identity in TENANTS.items()
        }

    def run(self, operations: int) -> None:
        """Carry out at least so many operations, then see that every tenant converges."""
        kinds: dict[Callable[[], None], int] = {
            self._change: 10,
            self._change_many: 3,
            self._revert: 3,
            self._replace: 2,
            self._forget: 2,
            self._change_with_old_credentials: 1,
        }
        while self.tally["operations"] < operations:
            self._random.choices(list(kinds), list(kinds.values()))[0]()
        for resource in self._resources.values():
            self._attempt([resource], [])

    def _change(self) -> None:
        resource = self._changed(self._any())
        self._attempt([resource], self._plan(resource))

    def _change_many(self) -> None:
        tenants = self._random.sample(sorted(TENANTS), AT_ONCE)
        dealt = [
            self._deck.deal("mail", "busy") for _ in range(self._random.randrange(2 * AT_ONCE))
        ]
        changed = [self._changed(self._resources[tenant]) for tenant in tenants]
        self._attempt(changed, [each.honest() for each in dealt])

    def _revert(self) -> None:
        resource = self._any()
        if resource.state:
            self._attempt([resource.reverted()], [])

    def _replace(self) -> None:
        resource = self._any()
        self._attempt([resource], self._plan(resource), anew=True)

    def _forget(self) -> None:
        resource = self._any()
        if resource.state:
            self._world.host.delete(resource.state)
        forgotten = self._changed(replace(resource, state=None))
        self._attempt([forgotten], self._plan(forgotten))

    def _change_with_old_credentials(self) -> None:
        resource = self._changed(self._any())
        plan = self._plan(resource)
        self._world.rotate()
        self._attempt([resource], plan)

    def _any(self) -> Resource:
        return self._resources[self._random.choice(sorted(TENANTS))]

    def _changed(self, resource: Resource) -> Resource:
        if resource.state and self._random.random() < 0.2:
            return resource.shortened(self._random)
        return resource.changed(settings(self._random, self._world.secret(' "q\\ü<&%+/ ')))

    def _plan(self, resource: Resource) -> list[Dealt]:
        """Draw what an operation of one resource meets, after tokens may have gone out of date."""
        if self._random.random() < 0.1:
            self._world.revoke()
        one = self._deal(resource)
        again = one._replace(fault=replace(one.fault))
        lost = [Dealt(self._random.choice(LOST)), one]
        renewed = [lost[0], Dealt(EXPIRED), one]
        not_renewed = [lost[0], Dealt(EXPIRED), Dealt(NO_CLIENT)]
        storm = [self._deal(resource) for _ in range(4)]
        plans = [[], [one], [one, again], lost, renewed, not_renewed, not_renewed, storm]
        return self._random.choice(plans)

    def _deal(self, resource: Resource) -> Dealt:
        on: Kind = "token" if self._random.random() < 0.3 else "mail"
        return self._deck.deal(on, echo(self._random, self._world.known_secrets(resource, on)))

    def _attempt(
        self, attempted: list[Resource], dealt: list[Dealt], *, anew: bool = False
    ) -> None:
        before = dict(self._world.platform.tenants)
        self._world.platform.order(*(each.fault for each in dealt))
        with ThreadPoolExecutor(AT_ONCE) as threads:
            outcomes = list(threads.map(partial(up, self._world.host, anew=anew), attempted))
        left = self._world.calm()
        met = [each for each in dealt if not any(each.fault is fault for fault in left)]
        self._world.refresh()
        self.tally.update(operations=len(attempted), faults=len(met))
        for resource, outcome in zip(attempted, outcomes, strict=True):
            with explained(resource, outcome, met):
                self._judge(resource, outcome, before.get(resource.tenant), met)

    def _judge(
        self, resource: Resource, outcome: Outcome, before: Settings | None, met: list[Dealt]
    ) -> None:
        holds = self._world.platform.tenants.get(resource.tenant)
        lied = any(each.lies for each in met)
        after = judged(resource, outcome, before, holds, lied=lied)
        self._resources[resource.tenant] = after
        self.tally["leaks"] += len(leaks(outcome.error, self._world.tokens))
        if outcome.error:
            self.tally["failures"] += 1
            self.tally["converged"] += recovers(self._world, after)
