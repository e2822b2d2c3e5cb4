from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.fleet.program import NEW_OBJECTS, _collect_garbage_less_often

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the collector as it was."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [(700, NEW_OBJECTS), (0, 0), (2 * NEW_OBJECTS, 2 * NEW_OBJECTS)],
    ids=["as Python does", "off", "less often already"],
)
def test_a_fleet_runs_the_garbage_collector_less_often(given: int, wanted: int) -> None:
    """Never more often than the process has it, and not at all if it is off."""
    gc.set_threshold(given, 10, 10)
    _collect_garbage_less_often()
    assert gc.get_threshold() == (wanted, 10, 10)
