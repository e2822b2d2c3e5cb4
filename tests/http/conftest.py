from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ca_bundle(tmp_path: Path) -> str:
    """The path of a file for the authority of a test's server."""
    return str(tmp_path / "ca.pem")
