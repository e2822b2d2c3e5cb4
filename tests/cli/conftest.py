"""Fixtures for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.smtp.smtp_server import SmtpServer, smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    """Run an SMTP server that requires STARTTLS and a login."""
    with smtp_server(tmp_path / "ca.pem") as running:
        yield running
