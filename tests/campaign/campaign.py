"""Operations drawn at random, each with its faults, and held to the laws."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Fault
from tests.campaign.echoes import echo, leaks
from tests.campaign.engine import refresh, up
from tests.campaign.faults import Dealt
from tests.campaign.laws import Witnessed, recovers, recovers_from_reading
from tests.campaign.plans import Plans
from tests.campaign.resource import TENANTS, Resource, settings
from tests.campaign.states import edited
from tests.campaign.told import BUG
from tests.contract.host import HostError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.campaign.engine import Outcome
    from tests.campaign.laws import Settings
    from tests.campaign.resource import Properties
    from tests.campaign.world import World

AT_ONCE = 4
"""Threads of the dynamic host."""

SHARED = ("gamma", "Büro 7/ä")
"""Tenants whose requests share a connection."""

REPEATED = ("user", "fromDisplayName", "replyToDisplayName", "replyTo")
"""Live settings in which somebody may have put a secret."""


class Campaign:
    """A run of operations that a seed decides, but for the order in which threads get ahead.

    Args:
        world: Where it happens.
        seed: Decides it.
        start: The part of each deck of faults that other campaigns deal first.

    Attributes:
        tally: What happened, by name.
        met: How often each fault was met.
        broken: What had happened when a law was broken, by what broke.
    """

    def __init__(self, world: World, seed: str, start: float = 0.0) -> None:
        self.tally = Counter[str]()
        self.met = Counter[str]()
        self.broken: list[tuple[str, str]] = []
        self._world = world
        self._random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._plans = Plans(world, self._random, start)
        self._resources = {
            tenant: self._changed(Resource({"tenantId": tenant, **identity}))
            for tenant, identity in TENANTS.items()
        }

    def run(self, operations: int, is_over: Callable[[], bool] = lambda: False) -> None:
        """Carry out so many operations that meet faults, then see that every tenant converges."""
        kinds: dict[Callable[[], None], int] = {
            self._change: 10,
            self._change_at_once: 3,
            self._change_after_surplus: 2,
            self._change_verified: 2,
            self._change_with_old_credentials: 1,
            self._revert: 3,
            self._replace: 2,
            self._forget: 2,
            self._refresh: 2,
            self._edit: 2,
        }
        while self.tally["faulty"] < operations and not is_over():
            self._random.choices(list(kinds), list(kinds.values()))[0]()
        if not is_over():
            self._world.begin(patient=True)
            for resource in self._resources.values():
                (last,) = self._attempt(resource, [])
                if last.outcome.error:
                    self._break("unconverged", "failed without a fault", last)

    def _change(self) -> None:
        tenants = self._random.sample(sorted(TENANTS), self._random.choice([1, 1, 2, 3]))
        self._up(*(self._changed(self._resources[tenant]) for tenant in tenants))

    def _change_at_once(self) -> None:
        tenants = self._random.sample(sorted(TENANTS), AT_ONCE)
        changed = [self._changed(self._resources[tenant]) for tenant in tenants]
        dealt = self._plans.draw_answers(self._random.randrange(2 * AT_ONCE))
        self._world.begin()
        self._recover(self._carry_out(partial(up, self._world.host), changed, dealt))

    def _change_after_surplus(self) -> None:
        """Let more than an answer come for one tenant, before another one is refused."""
        first, second = (
            self._changed(self._resources[tenant]) for tenant in self._random.sample(SHARED, 2)
        )
        surplus, refusal = self._plans.draw_surplus(self._random.choice(["mail", "token"]))
        self._world.begin()
        self._recover([*self._attempt(first, [surplus]), *self._attempt(second, [refusal])])

    def _change_verified(self) -> None:
        verified = {
            "host": "127.0.0.1",
            "port": self._world.mail_server.port,
            "ssl": True,
            "verify": self._random.choice(["warn", "require"]),
        }
        self._up(self._any().changed(self._settings() | verified))

    def _change_with_old_credentials(self) -> None:
        resource = self._changed(self._any())
        self._world.begin()
        plan = self._plans.draw(resource)
        self._world.rotate()
        self._recover(self._attempt(resource, plan))

    def _revert(self) -> None:
        resource = self._any()
        if resource.state:
            self._up(resource.reverted())

    def _replace(self) -> None:
        self._up(self._any(), anew=True)

    def _forget(self) -> None:
        resource = self._any()
        if resource.state:
            self._world.host.delete(resource.state)
        self._up(self._changed(replace(resource, state=None)))

    def _refresh(self) -> None:
        """Read what somebody set by hand, and bring the tenant up from there."""
        resource, tenants = self._any(), self._world.platform.tenants
        if not resource.state:
            return
        had = dict(tenants)
        tenants[resource.tenant] = had.get(resource.tenant, {}) | self._drift(resource)
        self._world.begin()
        dealt = self._plans.draw_reading(resource) if self._world.reads(resource) else []
        step = partial(refresh, self._world.host)
        (witnessed,) = self._carry_out(step, [resource], dealt, reads=True)
        state = witnessed.outcome.resource.state or {}
        shown = {key: value for key, value in state.items() if key != "password"}
        self._show(json.dumps(shown, ensure_ascii=False), witnessed)
        if not witnessed.outcome.error:
            self._world.begin(patient=True)
            self._converge(recovers_from_reading, witnessed)
        self._put_back(had)
        self._resources[resource.tenant] = resource

    def _edit(self) -> None:
        """Let each step meet a state that somebody edited."""
        resource = self._any()
        if not resource.state:
            return
        had, state = dict(self._world.platform.tenants), edited(self._random, resource.state)
        self._world.begin(patient=True)
        host = self._world.host
        inputs, _ = host.check(resource.declared)
        self._survive(host.diff, state, inputs)
        self._survive(host.read, state)
        self._survive(host.update, state, inputs)
        self._survive(host.delete, state)
        self.tally.update(operations=1, faulty=1, faults=1)
        self.met["state: edited"] += 1
        self._put_back(had)

    def _survive(self, step: Callable[..., object], *properties: Properties) -> None:
        """Carry out a step that may fail, but not as a bug does."""
        try:
            step(*properties)
        except HostError as error:
            happened = f"{step.__name__} of {properties}\n{error}"
            self._show(str(error), happened)
            if BUG in str(error):
                self._break("bugs", "failed as a bug does", happened)

    def _put_back(self, tenants: Mapping[str, Settings]) -> None:
        self._world.platform.tenants.clear()
        self._world.platform.tenants.update(tenants)

    def _any(self) -> Resource:
        return self._resources[self._random.choice(sorted(TENANTS))]

    def _changed(self, resource: Resource) -> Resource:
        if resource.state and self._random.random() < 0.2:
            return resource.shortened(self._random)
        return resource.changed(self._settings())

    def _settings(self) -> Properties:
        return settings(self._random, self._world.secret(' "q\\ü<&%+/ '))

    def _drift(self, resource: Resource) -> Settings:
        """Return settings as somebody made them by hand, maybe with the password in one of them."""
        sent = [resource.state["password"]] if resource.state else []
        said = self._random.choice(
            [f"other{self._random.randrange(1000)}", echo(self._random, sent)]
        )
        return {self._random.choice(REPEATED): said}

    def _up(self, *attempted: Resource, anew: bool = False) -> None:
        """Bring resources up in turn in one operation, while tokens may go out of date."""
        self._world.begin()
        witnessed = []
        for each in attempted:
            if self._random.random() < 0.1:
                self._world.revoke()
            witnessed += self._attempt(each, self._plans.draw(each), anew=anew)
        self._recover(witnessed)

    def _attempt(
        self, resource: Resource, dealt: list[Dealt], *, anew: bool = False
    ) -> list[Witnessed]:
        if resource.declared.get("verify") and dealt:
            self._world.mail_server.next = self._plans.draw_rejection(resource)
        return self._carry_out(partial(up, self._world.host, anew=anew), [resource], dealt)

    def _carry_out(
        self,
        step: Callable[[Resource], Outcome],
        attempted: list[Resource],
        dealt: list[Dealt],
        *,
        reads: bool = False,
    ) -> list[Witnessed]:
        """Carry out a step for resources at once, and hold each to its laws."""
        world = self._world
        before = dict(world.platform.tenants)
        rejection = world.mail_server.next
        world.gateway.arrivals.clear()
        world.gateway.faults.extend(each.fault for each in dealt)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            outcomes = list(threads.map(step, attempted))
        met = world.calm(dealt)
        rejected = rejection is not None and world.mail_server.next is None
        world.mail_server.next = None
        if rejection and rejected:
            met.append(Dealt(Fault(), name=f"SMTP: {rejection.verb} {rejection.reply[:3]!r}"))
        faulty = min(len(attempted), len(met))
        self.tally.update(operations=len(attempted), faulty=faulty, faults=len(met))
        self.met.update(each.name for each in met)
        witnessed = [
            Witnessed(
                resource,
                outcome,
                before.get(resource.tenant),
                world.platform.tenants.get(resource.tenant),
                [each for each in world.gateway.arrivals if each.tenant in {resource.tenant, ""}],
                met,
                rejected=rejected,
                reads=reads,
            )
            for resource, outcome in zip(attempted, outcomes, strict=True)
        ]
        for each in witnessed:
            self._judge(each)
        return witnessed

    def _judge(self, witnessed: Witnessed) -> None:
        for lie in witnessed.lies:
            self._break("lies", lie, witnessed)
        self._show(witnessed.outcome.error, witnessed)
        self.tally["failures"] += bool(witnessed.outcome.error)
        self._resources[witnessed.attempted.tenant] = witnessed.after

    def _recover(self, witnessed: list[Witnessed]) -> None:
        """Let what failed converge, each in every way that a user has."""
        failed = [each for each in witnessed if each.outcome.error]
        if failed:
            self._world.begin(patient=True)
        for each in failed:
            self._converge(lambda world, one: recovers(world, one.after), each)

    def _converge(self, tried: Callable[[World, Witnessed], int], witnessed: Witnessed) -> None:
        try:
            self.tally["converged"] += tried(self._world, witnessed)
        except AssertionError as law:
            self._break("unconverged", str(law).partition("\n")[0], f"{law}\n{witnessed}")

    def _show(self, text: str, happened: object) -> None:
        """Let a user see a text."""
        if found := leaks(text, self._world.tokens):
            self._break("leaks", "shows a secret", f"{found} in {text}\n{happened}")

    def _break(self, what: str, law: str, happened: object) -> None:
        self.tally[what] += 1
        self.broken.append((f"{what}: {law}", str(happened)))
