"""Fixtures for all tests."""

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

# Every run tries the same examples, without a time limit for each, so failures are repeatable.
settings.register_profile("laws", deadline=None, derandomize=True)
settings.load_profile("laws")

# A background run may ignore Ctrl-C, and the programs that it starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

PASSWORD = 'pw-canary "quoted" \\back ßü%&+/<'
"""A password with characters that JSON, URLs, HTML and shells escape."""


@pytest.fixture(autouse=True, scope="session")
def no_settings() -> Iterator[None]:
    """Keep the developer's own connection settings out."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SMTPCONFIG_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def platform() -> Iterator[Emulator]:
    """An emulator that the tests of a module share."""
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator for one test."""
    with Emulator() as running:
        yield running


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its engine."""
    help_text = "run on the oldest Pulumi engine that is promised"
    parser.addoption("--oldest-engine", action="store_true", help=help_text)


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Path:
    """The folder of the real engine; tests fail if it can be neither found nor installed."""
    return engine_folder(oldest=pytestconfig.getoption("oldest_engine"))


@pytest.fixture
def open_stack(engine: Path, emulator: Emulator, tmp_path: Path) -> Callable[[Path], Stack]:
    """Open a stack of a project whose provider reaches the emulator."""
    return lambda program: Stack(program, tmp_path, engine, emulator.environment)


@pytest.fixture
def acme() -> dict[str, Any]:
    """All properties of a tenant, as a program gives them."""
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
    """Print the notes of `record_property("note", ...)`, of tests that failed too."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    notes = {
        (report.nodeid, note)
        for report in reports
        for name, note in report.user_properties
        if name == "note"
    }
    if notes:
        terminalreporter.section("notes")
    for nodeid, note in sorted(notes):
        first, *others = note.split("\n")
        terminalreporter.write_line(f"{nodeid.partition('::')[0]}: {first}")
        for line in others:
            terminalreporter.write_line(f"  {line}")
