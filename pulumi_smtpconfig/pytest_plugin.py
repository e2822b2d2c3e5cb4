"""Fixtures for tests of programs that declare mail settings.

pytest loads this at each start, so what a fixture needs is imported when a test asks for it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.testing import SmtpServer

    Server = TypeVar("Server")


@pytest.fixture
def smtp_platform() -> Iterator[Emulator]:
    """A platform on this machine, new for each test: its tenants, requests and faults."""
    from pulumi_smtpconfig.emulator import Emulator  # noqa: PLC0415 - late, see above

    with ExitStack() as running:
        yield _start(running, Emulator())


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server on this machine, new for each test: its users, sessions and messages."""
    from pulumi_smtpconfig.testing import SmtpServer  # noqa: PLC0415 - likewise

    with ExitStack() as running:
        yield _start(running, SmtpServer())


@pytest.fixture
def smtp_environment(
    smtp_platform: Emulator, smtp_server: SmtpServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment variables with which the provider reaches and trusts both of them."""
    bundle: Path = tmp_path_factory.mktemp("smtp_environment") / "ca.pem"
    bundle.write_bytes(smtp_platform.ca_bundle.read_bytes() + smtp_server.ca_bundle.read_bytes())
    return smtp_platform.environment | {"SMTPCONFIG_CA_BUNDLE": str(bundle)}


def _start(running: ExitStack, server: AbstractContextManager[Server]) -> Server:
    try:
        return running.enter_context(server)
    except ImportError as missing:  # it says which extra to install
        why = str(missing)
    pytest.fail(why, pytrace=False)  # in the block above, pytest would show both exceptions
