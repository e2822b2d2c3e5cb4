from __future__ import annotations

import pytest

from tests.lifecycle.sender import Harness


@pytest.fixture
def harness() -> Harness:
    """A lifecycle whose requests succeed, with reading off."""
    return Harness()
