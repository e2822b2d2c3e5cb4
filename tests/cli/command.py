"""The command line in this process, and what a program makes of what it prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from pulumi_smtpconfig.cli.app import app
from tests.conftest import PASSWORD as OTHER_PASSWORD
from tests.smtp.smtp_server import PASSWORD

if TYPE_CHECKING:
    from typer.testing import Result

CANARIES = PASSWORD, OTHER_PASSWORD, "c4n4ry"
OF_PULUMI = "`pulumi", "smtpconfig:", "stack", "set verify"
"""What no line says to somebody who has no Pulumi program."""


def smtpconfig(*arguments: str, **variables: str) -> Result:
    """Run a command, which whatever happens ends in an exit code and prints no password."""
    result = CliRunner().invoke(app, arguments, env=variables)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not any(canary in result.output for canary in CANARIES)
    assert not any(word in result.output for word in OF_PULUMI)
    return result


def document(result: Result) -> dict[str, Any]:
    """Return the object that standard output is, and nothing but it."""
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, dict)
    return parsed
