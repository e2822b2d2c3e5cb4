from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audit.dns_server import DnsServer, running_dns_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    """A DNS server without records."""
    with running_dns_server() as server:
        yield server
