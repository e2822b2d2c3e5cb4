from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.property_names import ATTRIBUTES
from tests.campaign.echoes import HEAD, TAIL, leaks
from tests.campaign.engine import UNKNOWN
from tests.campaign.faults import Deck
from tests.campaign.resource import TENANTS, Properties, body, settings
from tests.campaign.world import TOKEN_URL
from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

ROUNDS = 2
"""Ups with faults, each of all six tenants."""

FAULTS = 8
"""Faults of a round."""

FAILED = re.compile(r'Mail settings of tenant "([^"]+)": (.*?)(?=Mail settings of|\Z)', re.DOTALL)


def declare(stack: Stack, random: Random) -> dict[str, dict[str, str]]:
    """Let the program declare new settings of all tenants; return what the platform shall hold."""
    drawn = {
        tenant: {"tenantId": tenant, **identity, **settings(random, password(random))}
        for tenant, identity in TENANTS.items()
    }
    declared = {f"mail{n}": arguments(each) for n, each in enumerate(drawn.values())}
    (stack.project / "declared.json").write_text(json.dumps(declared))
    return {tenant: body(each) for tenant, each in drawn.items()}


def arguments(declared: Properties) -> dict[str, object]:
    """Return what a program gives to `SmtpConfig`."""
    return {ATTRIBUTES.get(key, key): value for key, value in declared.items()}


def password(random: Random) -> str:
    """Return a password that can be found wherever it is shown."""
    return f"{HEAD}{random.random()}{TAIL}"


def said(output: str) -> dict[str, str]:
    """Return what the user read of each tenant that failed."""
    return {tenant: " ".join(words.split()) for tenant, words in FAILED.findall(output)}


@pytest.fixture
def stack(open_stack: Callable[[Path], Stack], emulator: Emulator) -> Stack:
    """A stack of what a test declares, with the credentials that the campaign's tenants need."""
    opened = open_stack(CHECKOUT / "tests/engine/programs/declared")
    granted = {
        "clientId": emulator.client_id,
        "clientSecret": emulator.client_secret,
        "tokenUrl": TOKEN_URL,
    }
    opened.environment |= {
        "SMTPCONFIG_CREDENTIALS": json.dumps({"granted": granted}),
        "SMTPCONFIG_TIMEOUT": "1.5",
        "SMTPCONFIG_RETRIES": "1",
    }
    return opened


def test_after_an_up_with_faults_the_next_one_converges(stack: Stack, emulator: Emulator) -> None:
    """What did not fail is so, what failed clearly is as before, and the next up does the rest."""
    random = Random(4)  # noqa: S311 - to be repeated, not to be secret
    deck = Deck(random)
    for _ in range(ROUNDS):
        before = dict(emulator.tenants)
        resources = declare(stack, random)
        faults = [deck.deal("mail", "busy").honest().fault for _ in range(FAULTS)]
        emulator.order(*faults)
        output, _ = stack.run(*UP, "--continue-on-error")
        failed = said(output)
        assert failed, output
        for tenant, declared in resources.items():
            if UNKNOWN not in failed.get(tenant, ""):
                expected = before.get(tenant) if tenant in failed else declared
                assert emulator.tenants.get(tenant) == expected, output
        emulator._application.faults.clear()
        emulator.requests.clear()
        output += stack.must(*UP)
        assert emulator.tenants == resources
        sent = [request for request in emulator.requests if "token" not in request.path]
        assert len(sent) == len(failed)
        assert not leaks(output, [])
