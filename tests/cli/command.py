"""Run `smtpconfig` in this process or as its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any

from typer.testing import CliRunner

from pulumi_smtpconfig.cli.app import app
from tests.conftest import PASSWORD as OTHER_PASSWORD
from tests.smtp.smtp_server import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typer.testing import Result

CANARIES = PASSWORD, OTHER_PASSWORD, "c4n4ry"
PULUMI_TERMS = "`pulumi", "smtpconfig:", "stack", "set verify"
"""Words that mean nothing to a user without a Pulumi program, but for the option `--stack`."""

MODULE = [sys.executable, "-m", "pulumi_smtpconfig"]


def smtpconfig(*arguments: str, **variables: str) -> Result:
    """Run a command for a user without a Pulumi program; see `smtpconfig_for_program`."""
    result = smtpconfig_for_program(*arguments, **variables)
    shown = result.output.replace("--stack", "")
    assert not any(term in shown for term in PULUMI_TERMS)
    return result


def smtpconfig_for_program(*arguments: str, **variables: str) -> Result:
    """Run a command, which always ends with an exit code and prints no password."""
    result = CliRunner().invoke(app, arguments, env=variables)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not any(canary in result.output for canary in CANARIES)
    return result


def document(result: Result) -> dict[str, Any]:
    """Return the JSON object on standard output, which holds nothing else."""
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, dict)
    return parsed


def process(
    *arguments: str,
    command: Sequence[str] = MODULE,
    stdout: IO[bytes] | int = subprocess.PIPE,
    stderr: IO[bytes] | int = subprocess.PIPE,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process without a terminal, which prints no traceback."""
    ended = subprocess.run(
        [*command, *arguments],
        env={**os.environ, **(variables or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in (ended.stderr or "")
    assert "mistake" not in (ended.stderr or "")
    return ended
