from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.property_names import ATTRIBUTES
from tests.campaign.echoes import HEAD, TAIL, leaks
from tests.campaign.faults import Deck
from tests.campaign.resource import TENANTS, Properties, body, settings
from tests.campaign.told import UNKNOWN
from tests.campaign.world import TOKEN_URL
from tests.engine.conftest import UP, declare

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

ROUNDS = 2
"""Updates with faults, each of all six tenants."""

FAULTS = 8
"""Faults in a round."""

FAILED = re.compile(r'Mail settings of tenant "([^"]+)": (.*?)(?=Mail settings of|\Z)', re.DOTALL)


def declare_new_settings(stack: Stack, random: Random) -> dict[str, dict[str, str]]:
    """Declare new settings for all tenants; return what the platform has to store."""
    drawn = {
        tenant: {"tenantId": tenant, **identity, **settings(random, password(random))}
        for tenant, identity in TENANTS.items()
    }
    declare(stack, {f"mail{n}": arguments(each) for n, each in enumerate(drawn.values())})
    return {tenant: body(each) for tenant, each in drawn.items()}


def arguments(declared: Properties) -> dict[str, object]:
    """Return the arguments of `SmtpConfig`."""
    return {ATTRIBUTES.get(key, key): value for key, value in declared.items()}


def password(random: Random) -> str:
    """Return a password that `leaks` finds."""
    return f"{HEAD}{random.random()}{TAIL}"


def failures(output: str) -> dict[str, str]:
    """Return the error of each tenant that failed."""
    return {tenant: " ".join(error.split()) for tenant, error in FAILED.findall(output)}


@pytest.fixture
def stack(declared: Stack, emulator: Emulator) -> Stack:
    """A stack with the credentials of the campaign's tenants."""
    granted = {
        "clientId": emulator.client_id,
        "clientSecret": emulator.client_secret,
        "tokenUrl": TOKEN_URL,
    }
    declared.environment |= {
        "SMTPCONFIG_CREDENTIALS": json.dumps({"granted": granted}),
        "SMTPCONFIG_TIMEOUT": "1.5",
        "SMTPCONFIG_RETRIES": "1",
    }
    return declared


def test_after_an_up_with_faults_the_next_one_converges(stack: Stack, emulator: Emulator) -> None:
    """A tenant that did not fail has its settings, others the old ones; the next up sends those."""
    random = Random(4)  # noqa: S311 - repeatable, not secret
    deck = Deck(random)
    for _ in range(ROUNDS):
        before = dict(emulator.tenants)
        resources = declare_new_settings(stack, random)
        dealt = [deck.deal("mail", "busy").honest().fault for _ in range(FAULTS)]
        emulator.order(*(fault for fault in dealt if isinstance(fault, Fault)))
        output, _ = stack.run(*UP, "--continue-on-error")
        failed = failures(output)
        assert failed, output
        for tenant, new in resources.items():
            if UNKNOWN not in failed.get(tenant, ""):
                expected = before.get(tenant) if tenant in failed else new
                assert emulator.tenants.get(tenant) == expected, output
        emulator._application.faults.clear()
        emulator.requests.clear()
        output += stack.must(*UP)
        assert emulator.tenants == resources
        sent = [request for request in emulator.requests if "token" not in request.path]
        assert len(sent) == len(failed)
        assert not leaks(output, [])
