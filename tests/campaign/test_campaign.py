from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.campaign.campaign import Campaign
from tests.campaign.resource import TENANTS
from tests.campaign.world import WAYS, World

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = os.environ.get("SMTPCONFIG_CAMPAIGN_SEED", "4")
OPERATIONS = int(os.environ.get("SMTPCONFIG_CAMPAIGN_OPERATIONS", "200"))
PARTS = 4 if OPERATIONS < 1000 else 12
"""Worlds in which the operations are carried out at a time: most of it is waiting, but each world
takes a while to make."""

SHOWN = 3
"""Cases of each broken law of which everything is told."""

NOTE = """\
campaign of seed {seed}, {seconds:.0f} s
{t[faulty]:,} of {t[operations]:,} operations met {t[faults]:,} faults of {kinds} kinds: {groups}
{t[failures]:,} failures were told; {t[converged]:,} ups then converged, {t[unconverged]} did not
{t[leaks]} leaks, {t[lies]} lies, {t[endless]} waits without end, {t[bugs]} bugs"""
HOSTNAMES = tuple(identity["hostname"] for identity in TENANTS.values())


class Result(NamedTuple):
    """What came of a campaign."""

    tally: Counter[str]
    met: Counter[str]
    broken: list[tuple[str, str]]


def carried_out(part: int, is_over: Callable[[], bool]) -> Result:
    """Carry out a part of the operations in a world of its own."""
    with World(WAYS[part % len(WAYS)]) as world:
        campaign = Campaign(world, f"{SEED}/{part}", part / PARTS)
        campaign.run(OPERATIONS // PARTS, is_over)
    tally, broken = campaign.tally, campaign.broken
    tally["endless"] = world.gateway.endless.total()
    broken += [("did not end in time", name) for name in world.gateway.endless.elements()]
    tally["leaks"] += len(world.leaked)
    broken += [("leaks: printed a secret", found) for found in world.leaked]
    tenants = world.platform.tenants.keys() - TENANTS.keys()
    hosts = [name for name in world.authorities if not name.endswith(HOSTNAMES)]
    broken += [("sent a request elsewhere", name) for name in (*tenants, *hosts)]
    return Result(tally, campaign.met, broken)


def test_whatever_fails_users_know_what_the_platform_holds(
    record_property: Callable[[str, object], None],
) -> None:
    """A success is true, a failure converges or says that its outcome is unknown, nothing leaks."""
    began, over = time.monotonic(), Event()
    with ThreadPoolExecutor(PARTS) as threads:
        try:
            results = list(threads.map(carried_out, range(PARTS), [over.is_set] * PARTS))
        finally:
            over.set()
    tally = sum((result.tally for result in results), Counter[str]())
    met = sum((result.met for result in results), Counter[str]())
    groups = Counter({name.partition(":")[0]: 0 for name in met})
    for name, count in met.items():
        groups[name.partition(":")[0]] += count
    figures = {
        "seed": SEED,
        "seconds": time.monotonic() - began,
        "kinds": len(met),
        "groups": ", ".join(f"{group} {count:,}" for group, count in groups.most_common()),
    }
    record_property("note", NOTE.format(t=tally, **figures))
    broken = [each for result in results for each in result.broken]
    if broken:
        pytest.fail(described(broken), pytrace=False)


def described(broken: list[tuple[str, str]]) -> str:
    """Say which laws were broken, how often, and what had happened in some of the cases."""
    examples: dict[str, list[str]] = {}
    for law, happened in broken:
        examples.setdefault(law, []).append(happened)
    return "\n\n".join(
        "\n".join([f"{len(cases)} times: {law}", *cases[:SHOWN]]) for law, cases in examples.items()
    )
