"""Plugins in the environments that the provider supports."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.conftest import emulator, python
from tests.plugin.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator

    OpenEngine = Callable[..., AbstractContextManager[Engine]]

__all__ = ["emulator", "python"]


@pytest.fixture(scope="module")
def open_engine(python: Path, platform: Emulator) -> OpenEngine:
    """Start a plugin that reaches the platform, for a provider and with more variables."""

    def start(
        settings: dict[str, Any] | None = None,
        name: str = "default",
        project: str = "proj",
        **variables: str,
    ) -> AbstractContextManager[Engine]:
        environment = os.environ | platform.environment | variables
        program = python.parent / "pulumi-resource-smtpconfig"
        return closing(Engine(program, environment, settings, name, project))

    return start


@pytest.fixture(scope="module")
def engine(open_engine: OpenEngine) -> Iterator[Engine]:
    """A plugin that the tests of a module share."""
    with open_engine() as running:
        yield running
