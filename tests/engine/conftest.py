"""Stacks of the real engine whose provider reaches the emulator."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.stack import Stack

CHECKOUT = Path(__file__).parents[2]
UP = ("up", "--yes", "--skip-preview")
RANDOM = ("plugin", "install", "resource", "random", version("pulumi-random"))


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
