"""Problems of a file as annotations of a pull request: GitHub's commands, and SARIF."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pulumi_smtpconfig.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_smtpconfig.fleet.problems import Problem

INVALID = "invalid"
"""The id of the rule for what no lint rule found."""

CHECKOUT = "GITHUB_WORKSPACE"
"""The variable that has the folder of the repository on GitHub."""

TITLES = {INVALID: "Invalid value or file", **{rule.code: rule.title for rule in RULES}}
ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
"""What GitHub's runner decodes in a message."""


def github(path: Path, problems: Sequence[Problem]) -> str:
    """Return workflow commands, a line for each problem."""
    return "".join(f"{_command(path, each)}\n" for each in problems)


def _command(path: Path, problem: Problem) -> str:
    where = {
        "file": _relative(path, problem),
        "line": str(problem.line),
        "title": TITLES[problem.code or INVALID],
    }
    level = "warning" if problem.is_warning else "error"
    properties = ",".join(f"{key}={_escape(value, ':,')}" for key, value in where.items())
    # The log shows the message alone, and a pull request ten of each level at most.
    message = f"{where['file']}:{problem.line}: {problem.what}"
    return f"::{level} {properties}::{_escape(message)}"


def _escape(text: str, more: str = "") -> str:
    escapes = ESCAPES | {character: f"%{ord(character):02X}" for character in more}
    return "".join(escapes.get(character, character) for character in text)


def sarif(path: Path, problems: Sequence[Problem]) -> str:
    """Return a log in SARIF 2.1.0 (OASIS), as code scanning takes it."""
    used = sorted({each.code or INVALID for each in problems})
    rules = [{"id": code, "shortDescription": {"text": TITLES[code]}} for code in used]
    driver = {"name": "smtpconfig", "version": version("pulumi-smtpconfig"), "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(path, each) for each in problems]}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(path: Path, problem: Problem) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": quote(_relative(path, problem))},
        "region": {"startLine": problem.line},
    }
    return {
        "ruleId": problem.code or INVALID,
        "level": "warning" if problem.is_warning else "error",
        "message": {"text": problem.what},
        "locations": [{"physicalLocation": place}],
    }


def _relative(path: Path, problem: Problem) -> str:
    """Return the path of the file that has a problem, from GitHub's checkout or from this folder.

    Both kinds of annotations name files from the repository's root.
    """
    file = path.parent.resolve() / problem.file
    checkout = Path(os.environ.get(CHECKOUT, "")).resolve()
    return Path(os.path.relpath(file, checkout if checkout in file.parents else None)).as_posix()
