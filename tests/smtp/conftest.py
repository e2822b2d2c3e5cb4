"""Fixtures for SMTP sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.smtp.smtp_server import SmtpServer, smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Where to write the certificate of a server's authority."""
    return tmp_path / "ca.pem"


@pytest.fixture
def server(bundle: Path) -> Iterator[SmtpServer]:
    """Run a server that offers STARTTLS."""
    with smtp_server(bundle) as running:
        yield running
