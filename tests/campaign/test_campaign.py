from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.campaign.campaign import Campaign
from tests.campaign.echoes import leaks
from tests.campaign.resource import TENANTS
from tests.campaign.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = os.environ.get("SMTPCONFIG_CAMPAIGN_SEED", "4")
OPERATIONS = int(os.environ.get("SMTPCONFIG_CAMPAIGN_OPERATIONS", "200"))
PARTS = 4
"""Worlds in which the operations are carried out at a time, as most of it is waiting."""

NOTE = (
    "campaign of seed {0}: {1[faults]} faults tried in {1[operations]} operations, of which "
    "{1[failures]} failed; {1[converged]} ups after that converged; {1[leaks]} leaks"
)
HOSTNAMES = tuple(identity["hostname"] for identity in TENANTS.values())


def carried_out(part: int) -> Counter[str]:
    """Carry out a part of the operations in a world of its own, and return what was counted."""
    with World() as world:
        campaign = Campaign(world, f"{SEED}/{part}")
        campaign.run(OPERATIONS // PARTS)
    assert set(world.platform.tenants) == set(TENANTS)
    assert all(name.endswith(HOSTNAMES) for name in world.authorities), "a request went elsewhere"
    campaign.tally["leaks"] += len(leaks(world.printed, world.tokens))
    return campaign.tally


def test_whatever_fails_users_know_what_the_platform_holds(
    record_property: Callable[[str, object], None],
) -> None:
    """A success is true, a failure converges or says that its outcome is unknown, nothing leaks."""
    with ThreadPoolExecutor(PARTS) as threads:
        tally = sum(threads.map(carried_out, range(PARTS)), Counter[str]())
    record_property("note", NOTE.format(SEED, tally))
    assert tally["leaks"] == 0
