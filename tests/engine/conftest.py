"""The real engine, and stacks of it whose provider reaches the emulator."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator import Emulator

CHECKOUT = Path(__file__).parents[2]
UP = ("up", "--yes", "--skip-preview")
RANDOM = ("plugin", "install", "resource", "random", version("pulumi-random"))


@pytest.fixture(scope="session")
def engine() -> Path:
    """The folder of the real engine; the tests fail where it cannot be had."""
    program = [sys.executable, "-m", "tools.engine"]
    found = subprocess.run(program, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    return Path(found.stdout.strip().splitlines()[-1])


@pytest.fixture
def open_stack(engine: Path, emulator: Emulator, tmp_path: Path) -> Callable[[Path], Stack]:
    """Open a stack of a project folder, whose provider reaches the emulator."""
    return lambda program: Stack(program, tmp_path, engine, emulator.environment)


@pytest.fixture
def quickstart(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of examples/quickstart, configured."""
    stack = open_stack(CHECKOUT / "examples/quickstart")
    stack.configure(
        hostname="idp.example.com",
        tenantId="ACME",
        smtpHost="smtp.acme.example",
        smtpUser="acme",
        **{"from": "no-reply@acme.example"},
    )
    stack.configure_secret("smtpPassword", "correct horse battery staple")
    return stack


@pytest.fixture
def random_plugin(record_property: Callable[[str, object], None]) -> Callable[[Stack], None]:
    """Give a stack the plugin of pulumi-random, or where it is not to be had the stand-in."""

    def provide(stack: Stack) -> None:
        if stack.run(*RANDOM).status:
            plugins = str(CHECKOUT / "tests/engine/plugins")
            stack.environment["PATH"] = os.pathsep.join([plugins, stack.environment["PATH"]])
            record_property("note", "pulumi-random's plugin is not to be had: a stand-in plays it")

    return provide
