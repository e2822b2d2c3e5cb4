"""Stacks of the real engine whose provider reaches the emulator."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pulumi import automation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.stack import Stack

CHECKOUT = Path(__file__).parents[2]
PROGRAMS = CHECKOUT / "tests/engine/programs"
UP = ("up", "--yes", "--skip-preview")
RANDOM = ("plugin", "install", "resource", "random", version("pulumi-random"))
MAIL: dict[str, Any] = {
    "platform": "ssms",
    "hostname": "idp.example.com",
    "tenant_id": "acme",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
}
"""The required arguments of a resource."""

INTERRUPTED_PROGRAM = re.compile(
    r"^[^\n]*Traceback \((?:(?!pulumi_smtpconfig|error:).)*"
    r"(?:KeyboardInterrupt:? ?|RuntimeError: no running event loop)$",
    re.MULTILINE | re.DOTALL,
)


def without_interruption(output: str) -> str:
    """Leave out what a program prints when the engine ends it after a failure, as new ones do."""
    return INTERRUPTED_PROGRAM.sub("", output)


def declare(stack: Stack, resources: Mapping[str, object]) -> None:
    """Let the program of `declared` declare these resources: names and arguments."""
    (stack.project / "declared.json").write_text(json.dumps(resources))


@pytest.fixture
def declared(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack whose resources a test declares with `declare`."""
    return open_stack(PROGRAMS / "declared")


@pytest.fixture
def inline(
    engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> automation.LocalWorkspaceOptions:
    """What the Automation API needs to run an inline program with this engine."""
    for folder in (str(engine), str(Path(sys.executable).parent)):
        monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
    variables = {
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    return automation.LocalWorkspaceOptions(env_vars=variables, pulumi_home=str(tmp_path))


@pytest.fixture
def quickstart(open_stack: Callable[[Path], Stack]) -> Stack:
    """A configured stack of examples/quickstart."""
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
    """Install pulumi-random's plugin for a stack, or a substitute if it cannot be downloaded."""

    def provide(stack: Stack) -> None:
        if stack.run(*RANDOM).status:
            plugins = str(CHECKOUT / "tests/engine/plugins")
            stack.environment["PATH"] = os.pathsep.join([plugins, stack.environment["PATH"]])
            record_property("note", "a substitute replaces pulumi-random's plugin")

    return provide
