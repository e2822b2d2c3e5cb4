from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.conftest import ENVIRONMENTS
from tests.contract.errors.canaries import leaks
from tests.contract.errors.echoes import ECHOES, echoed
from tests.contract.errors.expectations import stored
from tests.contract.errors.failures import FAILURES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.errors.operations import Operations

TRANSLATED = (
    "refused-connection",
    "unknown-authority",
    "cut-in-the-header",
    "cut-in-the-body",
    "redirect",
    "wrong-client-secret",
    "misspelt-key-in-a-named-set",
)
"""Failures whose message other packages have a part in."""
NO_TRACEBACK = "Exception calling application: "
"""What stands before a message in an SDK that hands on no traceback, but prints it."""


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of the oldest environment."""
    return ENVIRONMENTS["oldest dependencies"]


@pytest.mark.parametrize("name", TRANSLATED)
def test_the_oldest_dependencies_read_the_same(
    operations: Operations, acme: dict[str, Any], name: str
) -> None:
    """A message does not depend on what the package is installed with, but for its type's name."""
    message = operations.failure(acme, FAILURES[name]).removeprefix(NO_TRACEBACK)
    assert message + "\n" == stored()[name].partition(": ")[2]


@pytest.mark.parametrize("place", ECHOES)
def test_the_oldest_dependencies_tell_no_secret(
    operations: Operations, acme: dict[str, Any], place: str
) -> None:
    """Nor do the tracebacks that the host then prints, which the fixture looks at."""
    assert not leaks(operations.failure(acme, ECHOES[place](echoed("raw"))))
