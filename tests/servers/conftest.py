"""Real servers, one of each for all tests of a run."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.servers.keycloak import Keycloak, running_keycloak
from tools.cache import Unavailable
from tools.postgres import Postgres, running_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = "test_skipped_checkpoints"


@contextmanager
def failing_in_one_line() -> Iterator[None]:
    """Fail, not skip, if a server is not available: CI must have it."""
    try:
        yield
    except Unavailable as problem:
        raise pytest.fail.Exception(str(problem), pytrace=False) from None


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A Keycloak."""
    with failing_in_one_line(), running_keycloak(tmp_path_factory.mktemp("keycloak")) as keycloak:
        yield keycloak


@pytest.fixture(scope="session")
def keycloak_below_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A Keycloak that serves below /auth, as older ones do."""
    home = tmp_path_factory.mktemp("keycloak-below-auth")
    with failing_in_one_line(), running_keycloak(home, "/auth") as keycloak:
        yield keycloak


@pytest.fixture
def realm(keycloak: Keycloak, request: pytest.FixtureRequest) -> str:
    """A new realm, named after the test."""
    name: str = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))
    keycloak.create_realm(name)
    return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL."""
    with failing_in_one_line(), running_postgres() as postgres:
        yield postgres


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of Keycloak, or else of a file, on one worker.

    xdist's own `--dist loadgroup` does not group with pytest 9.2.
    """
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = server_or_file
    return scheduler


def server_or_file(test: str) -> str:
    """Return which tests this one shares a worker with."""
    file = test.partition("::")[0]
    return "keycloak" if "keycloak" in file else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file."""
    items.sort(key=lambda item: item.path.stem != LONGEST)
