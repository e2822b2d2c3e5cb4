"""Hosts in the environments that the provider supports."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.host import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.emulator import Emulator

    OpenHost = Callable[..., AbstractContextManager[Host]]

CHECKOUT = Path(__file__).parents[2]
ENVIRONMENTS = {
    "newest dependencies": Path(sys.executable),
    "oldest dependencies": CHECKOUT / ".venv-oldest/bin/python",
}


@pytest.fixture(scope="module", params=list(ENVIRONMENTS))
def python(request: pytest.FixtureRequest) -> Path:
    """The interpreter of an environment; `make test` sets them up."""
    interpreter = ENVIRONMENTS[request.param]
    assert interpreter.exists(), f"{interpreter} is missing: run `make test`"
    return interpreter


@pytest.fixture
def emulator(platform: Emulator) -> Emulator:
    """The shared platform without requests and tenants."""
    platform.requests.clear()
    platform.tenants.clear()
    return platform


@pytest.fixture(scope="module")
def open_host(python: Path, platform: Emulator) -> OpenHost:
    """Start a host whose provider reaches the platform, with more config and variables."""

    def start(config: Mapping[str, str], **variables: str) -> AbstractContextManager[Host]:
        return closing(Host(python, os.environ | platform.environment | variables, config))

    return start


@pytest.fixture(scope="module")
def host(open_host: OpenHost) -> Iterator[Host]:
    """A host that the tests of a module share."""
    with open_host({}) as running:
        yield running
