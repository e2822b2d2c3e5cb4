"""Files of tenants for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fleet import FleetError, read

if TYPE_CHECKING:
    from pathlib import Path

    from fleet import Fleet

HEAD = """groups: [eu, us]
defaults:
  group: eu
  platform: shift
  hostname: idp.example.com
  credentials: idp
  host: smtp.example.com
  from: no-reply@example.com
tenants:
"""
"""Nine lines with all required settings; tenants follow."""


def fleet_of(folder: Path, text: str) -> Fleet:
    """Read a file with this text."""
    (folder / "tenants.yaml").write_text(text)
    return read(folder / "tenants.yaml")


def problems_in(folder: Path, content: str | bytes) -> list[str]:
    """Return the lines of the error for a file with this content."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "tenants.yaml").write_bytes(data)
    with pytest.raises(FleetError) as error:
        read(folder / "tenants.yaml")
    return str(error.value).splitlines()
