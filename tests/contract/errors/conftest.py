"""A platform and a host full of secrets."""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.contract.conftest import ENVIRONMENTS
from tests.contract.errors.canaries import CLIENT_SECRET, OAUTH_PASSWORD, TOKEN, leaks
from tests.contract.errors.operations import OAUTH_USERNAME, Operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROXY = re.compile(".*_PROXY", re.IGNORECASE)


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of the newest environment; a message is the same in all."""
    return ENVIRONMENTS["newest dependencies"]


@pytest.fixture(scope="module")
def platform() -> Iterator[Emulator]:
    """A platform whose token, client and user have secrets that can be recognised."""
    with Emulator(token=TOKEN) as running:
        running.client_secret = CLIENT_SECRET
        running.users[OAUTH_USERNAME] = OAUTH_PASSWORD
        yield running


@pytest.fixture(scope="module")
def operations(python: Path, platform: Emulator) -> Iterator[Operations]:
    """A host for all tests of a module, which prints no secret in all its life."""
    environment = {key: value for key, value in os.environ.items() if not PROXY.fullmatch(key)}
    with closing(Operations(python, environment, platform)) as running:
        yield running
        printed = running.close()
    assert "smtpconfig:connectTo is set" in printed
    assert not leaks(printed)
