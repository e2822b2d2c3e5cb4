"""Files of tenants, written for a test."""

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
"""Nine lines, after which a tenant needs nothing of its own."""


def fleet_of(folder: Path, text: str) -> Fleet:
    """Read a file with this text."""
    (folder / "tenants.yaml").write_text(text)
    return read(folder / "tenants.yaml")


def refused(folder: Path, content: str | bytes) -> list[str]:
    """Return the lines in which a file with this content is refused."""
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "tenants.yaml").write_bytes(data)
    with pytest.raises(FleetError) as error:
        read(folder / "tenants.yaml")
    return str(error.value).splitlines()
