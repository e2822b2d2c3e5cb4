"""How the engine finds the plugin for a program in a language that has no environment of Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.conftest import failing_in_one_line
from tests.servers.test_native_languages import open_example
from tools.languages import yaml_host
from tools.stack import BIN

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

PLUGIN = BIN / "pulumi-resource-smtpconfig"
ENTRY = f"\nplugins:\n  providers:\n    - name: smtpconfig\n      path: {BIN}\n"


@pytest.fixture
def stack(emulator: Emulator, tmp_path: Path) -> Stack:
    """A stack of the example in YAML, on a machine that has no plugin on PATH."""
    stack = open_example("native-yaml", tmp_path, emulator)
    with failing_in_one_line():
        folders = [*stack.environment["PATH"].split(os.pathsep), str(yaml_host())]
    elsewhere = [folder for folder in folders if not Path(folder, PLUGIN.name).exists()]
    stack.environment["PATH"] = os.pathsep.join(elsewhere)
    return stack


def sets_its_tenant(stack: Stack, emulator: Emulator) -> str:
    """Run an up, and return what it printed."""
    output = stack.must("up", "--yes")
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"
    return output


def test_a_plugin_that_nothing_names_is_not_found(stack: Stack, emulator: Emulator) -> None:
    """The two ways below are needed."""
    assert stack.run("up", "--yes").status
    assert not emulator.requests


def test_a_project_names_the_folder(stack: Stack, emulator: Emulator) -> None:
    """By `plugins.providers`, without a warning about a plugin on PATH."""
    with (stack.project / "Pulumi.yaml").open("a") as project:
        project.write(ENTRY)
    assert f"from $PATH at {BIN}" not in sets_its_tenant(stack, emulator)


def test_an_installed_script_needs_nothing_else(stack: Stack, emulator: Emulator) -> None:
    """`pulumi plugin install --file` copies it; a destroy works too."""
    words = ("plugin", "install", "resource", "smtpconfig", "0.1.0")
    stack.must(*words, "--file", str(PLUGIN))
    assert "smtpconfig" in stack.must("plugin", "ls")
    sets_its_tenant(stack, emulator)
    assert "keeps its mail settings" in stack.must("destroy", "--yes")
