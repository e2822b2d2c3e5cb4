"""How the engine finds the plugin for a program in a language that has no environment of Python."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.conftest import failing_in_one_line
from tests.servers.test_native_languages import INSTALL, open_example
from tools.languages import yaml_host
from tools.stack import BIN

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

CHECKOUT = Path(__file__).parents[2]
ENTRY = f"\nplugins:\n  providers:\n    - name: smtpconfig\n      path: {BIN}\n"


@pytest.fixture
def stack(emulator: Emulator, tmp_path: Path) -> Stack:
    """A stack of the example in YAML, on a machine that has no plugin on PATH."""
    stack = open_example("native-yaml", tmp_path, emulator)
    with failing_in_one_line():
        stack.environment["PATH"] += f"{os.pathsep}{yaml_host()}"
    return stack


def sets_its_tenant(stack: Stack, emulator: Emulator) -> str:
    """Run an up, and return what it printed."""
    output = stack.must("up", "--yes")
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"
    return output


def test_a_plugin_that_nothing_names_is_not_found(stack: Stack, emulator: Emulator) -> None:
    """One of the ways below is needed."""
    output, status = stack.run("up", "--yes")
    assert status
    assert "no resource plugin 'pulumi-resource-smtpconfig' found" in output
    assert not emulator.requests


def test_a_project_names_the_folder(stack: Stack, emulator: Emulator) -> None:
    """By `plugins.providers`, without a warning about a plugin on PATH."""
    with (stack.project / "Pulumi.yaml").open("a") as project:
        project.write(ENTRY)
    assert f"from $PATH at {BIN}" not in sets_its_tenant(stack, emulator)


def test_an_installed_script_needs_nothing_else(stack: Stack, emulator: Emulator) -> None:
    """`pulumi plugin install --file` copies it; a destroy works too."""
    stack.must(*INSTALL.split())
    assert "smtpconfig" in stack.must("plugin", "ls")
    sets_its_tenant(stack, emulator)
    assert "keeps its mail settings" in stack.must("destroy", "--yes")


def test_the_source_folder_is_a_plugin(stack: Stack, emulator: Emulator, tmp_path: Path) -> None:
    """It runs as language hosts run one: with what its requirements name, and as one program.

    The engine is told where it listens, because the host that can be had does not run plugins.
    """
    venv.create(tmp_path / "venv", with_pip=True)
    python, source = str(tmp_path / "venv/bin/python"), str(CHECKOUT / "plugin")
    install = ["pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [python, "-m", *install, "--requirement", "requirements.txt"], cwd=source, check=True
    )
    command = [python, source, "127.0.0.1:0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=stack.environment, text=True
    ) as plugin:
        assert plugin.stdout
        port = plugin.stdout.readline().strip()
        stack.environment["PULUMI_DEBUG_PROVIDERS"] = f"smtpconfig:{port}"
        sets_its_tenant(stack, emulator)
        plugin.kill()
