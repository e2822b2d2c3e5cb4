"""What the tests of several layers share."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from pulumi_smtpconfig.emulator import Emulator
from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Every run tries the same examples, and none fails for its time: a red law is red again.
settings.register_profile("laws", deadline=None, derandomize=True)
settings.load_profile("laws")

# A run in the background may have been started with Ctrl-C ignored, which programs inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

PASSWORD = 'pw-canary "quoted" \\back ßü%&+/<'
"""A password with what JSON, URLs, HTML and shells escape."""


@pytest.fixture(autouse=True, scope="session")
def no_settings() -> Iterator[None]:
    """Keep the developer's own connection settings out."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SMTPCONFIG_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def platform() -> Iterator[Emulator]:
    """A platform that the tests of a module share, which is faster than one for each."""
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A platform of the test's own."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def engine() -> Path:
    """The folder of the real engine; the tests fail if there is none."""
    return engine_folder()


@pytest.fixture
def open_stack(engine: Path, emulator: Emulator, tmp_path: Path) -> Callable[[Path], Stack]:
    """Open a stack of a project folder, whose provider reaches the emulator."""
    return lambda program: Stack(program, tmp_path, engine, emulator.environment)


@pytest.fixture
def acme() -> dict[str, Any]:
    """The properties of a tenant, complete, as a program gives them."""
    return {
        "platform": "ssms",
        "hostname": "idp.example.com",
        "tenantId": "ACME",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "fromDisplayName": "Acme",
        "replyTo": "help@acme.example",
        "replyToDisplayName": "Acme help",
        "envelopeFrom": "bounce@acme.example",
        "port": 587,
        "starttls": True,
        "ssl": False,
        "user": "acme",
        "password": PASSWORD,
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests noted with `record_property("note", ...)`."""
    for report in terminalreporter.getreports("passed"):
        for name, note in report.user_properties:
            if name == "note":
                terminalreporter.write_line(f"{report.nodeid}: {note}")
