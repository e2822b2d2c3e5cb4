"""What the documents show, held against the real engine."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from tests.docs.commands import commands, options
from tests.docs.programs import programs, write_programs
from tests.fleet.project import write
from tools.stack import BIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

PROJECT = f"""
name: documents
runtime: python
plugins: {{providers: [{{name: smtpconfig, path: {BIN}}}]}}
"""


GROUPS = {"config", "package", "plugin", "stack"}
"""Commands that have commands of their own."""


def subcommand(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what stands before the first option or argument: `config set`, `up`."""
    return words[1:3] if words[1] in GROUPS and words[2][0] != "-" else words[1:2]


def test_the_programs_of_the_pages_preview(
    open_stack: Callable[[Path], Stack], emulator: Emulator, tmp_path: Path
) -> None:
    """The provider takes every argument as it is shown, and warns of nothing unexpected.

    Neither the token nor the variable that one of them reads a password from is set, as for a pull
    request.
    """
    folder = tmp_path / "pages"
    folder.mkdir()
    modules = write_programs(folder)
    write(folder, {"of-a-fleet": {"group": "eu"}})
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "__main__.py").write_text("".join(f"import {module}\n" for module in modules))
    stack = open_stack(folder)
    del stack.environment["SMTPCONFIG_TOKEN"]
    stack.configure_secret("smtpPassword", "correct horse")
    stack.configure_secret("euToken", emulator.token)
    stack.configure_secret("mailClientSecret", "correct horse battery")
    stack.must("config", "set", "fleet:group", "eu")
    stack.configure_secret("smtpPasswords", '{"acme": "correct horse", "globex": "battery"}')
    output = stack.must("preview")
    resources = sum(program.count("SmtpConfig(") for program in programs().values())
    shown = re.search(r"\+ (\d+) to create", output)
    assert shown
    assert int(shown[1]) > resources
    warnings = {line.strip() for line in output.splitlines() if "warning:" in line}
    assert all("Could not read the password" in warning for warning in warnings)
    assert not emulator.requests


def test_the_engine_has_the_commands_and_options(engine: Path) -> None:
    """A command that a page shows can be typed as it stands."""
    asked: dict[tuple[str, ...], str] = {}
    shown = commands("pulumi")
    for command in shown:
        words = subcommand(command.words)
        if words not in asked:
            environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
            run = [str(engine / "pulumi"), *words, "--help"]
            asked[words] = subprocess.check_output(run, env=environment, text=True)
        unknown = [option for option in options(command) if f"{option} " not in asked[words]]
        assert not unknown, str(command)
    assert len(asked) > 5
