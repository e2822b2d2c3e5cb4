"""One Keycloak for all tests of a run, and a realm in it for each."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tools.engine_process import Unavailable
from tools.keycloak import Keycloak

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """Run a real Keycloak; fail in one line where it cannot be had."""
    with ExitStack() as running:
        try:
            keycloak = running.enter_context(Keycloak())
        except Unavailable as problem:
            pytest.fail(str(problem), pytrace=False)
        yield keycloak


@pytest.fixture
def realm(keycloak: Keycloak, request: pytest.FixtureRequest) -> str:
    """Give a new realm, named after the test; it goes with its Keycloak."""
    name: str = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))
    keycloak.create_realm(name)
    return name
