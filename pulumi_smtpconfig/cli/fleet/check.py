"""`smtpconfig fleet check` and `groups`: what is wrong with a file of tenants."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import EXIT_FAILED, EXIT_OK
from pulumi_smtpconfig.cli.fleet.annotations import github, sarif
from pulumi_smtpconfig.cli.fleet.unreadable import telling_what_to_do
from pulumi_smtpconfig.cli.output import print_warning
from pulumi_smtpconfig.cli.run import CommandConfig, Labelled, Outcome, invalid_options
from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.fleet import judgement
from pulumi_smtpconfig.fleet.credentials import require_hostnames
from pulumi_smtpconfig.fleet.problems import FleetError, Problem, Unreadable
from pulumi_smtpconfig.problems import Problem as OptionProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pulumi_smtpconfig.fleet.file import FleetFile

TEXT = "text"
FORMATS = {"github": github, "sarif": sarif}
CREDENTIALS = variable("credentials")
ERROR, WARNING, GOOD = ("error", "bold red"), ("warning", "yellow"), ("ok", "green")

NO_GROUPS: dict[str, Any] = {"groups": []}
"""The document of `groups` that has no result."""


def blank(path: Path) -> dict[str, Any]:
    """Return the document of a check that has no result."""
    return {"file": str(path), "groups": [], "tenants": None, "problems": []}


def check(path: Path, format_: str, *, as_json: bool) -> Outcome:
    """Check a file, and print what is wrong in a format."""
    if why := _misuse(format_, as_json=as_json):
        return invalid_options([OptionProblem("format", why)], blank(path))
    with telling_what_to_do():
        file, problems = _check(path)
    errors = [each for each in problems if not each.is_warning]
    document = blank(path) | {
        "groups": file.groups if file else [],
        "tenants": len(file.tenants) if file else None,
        "problems": [_as_json(each) for each in problems],
    }
    code = EXIT_FAILED if errors else EXIT_OK
    if format_ in FORMATS:
        return Outcome(code, document, FORMATS[format_](path, problems))
    summary = _summary(path, file, len(errors), len(problems) - len(errors))
    lines = [((WARNING if each.is_warning else ERROR), str(each)) for each in problems]
    return Outcome(code, document, Labelled([*lines, (ERROR if errors else GOOD, summary)]))


def _misuse(format_: str, *, as_json: bool) -> str:
    if format_ not in {TEXT, *FORMATS}:
        return 'must be "text", "github" or "sarif"'
    return "cannot be given with --json" if as_json and format_ != TEXT else ""


def groups(path: Path) -> Outcome:
    """Print the groups of a file that is in order, each with the number of its tenants."""
    with telling_what_to_do():
        file, problems = _check(path)
    errors = [str(each) for each in problems if not each.is_warning]
    if not file or errors:
        error = ConfigurationError("\n  ".join(errors), "correct the file.")
        return Outcome(EXIT_FAILED, NO_GROUPS, error=error)
    sizes = {group: len(file.of_group(group)) for group in file.groups}
    found = [{"group": group, "tenants": sizes[group]} for group in sizes]
    lines = "".join(f"{group} {sizes[group]}\n" for group in sizes)
    return Outcome(EXIT_OK, {"groups": found}, lines)


def _check(path: Path) -> tuple[FleetFile | None, Sequence[Problem]]:
    """Return a file and its problems; there is no file if it is not YAML."""
    unbound = _unbound(path)
    with closing(AuthorizedClient(CommandConfig(), print_warning)) as client:
        try:
            file, problems = judgement.check(path, client)
        except Unreadable:
            raise
        except FleetError as error:
            return None, (*unbound, *error.problems)
    return file, (*unbound, *problems)


def _unbound(path: Path) -> Iterator[Problem]:
    """Yield what the program of a fleet says of credentials before it reads its file."""
    try:
        require_hostnames({CREDENTIALS: os.environ.get(CREDENTIALS)})
    except FleetError as error:
        for line in str(error).splitlines():
            yield Problem(path.name, 1, line)


def _summary(path: Path, file: FleetFile | None, errors: int, warnings: int) -> str:
    counts = {"error": errors, "warning": warnings}
    found = [_counted(counts[what], what) for what in counts if counts[what]] or ["no problems"]
    sizes = {"tenant": len(file.tenants), "group": len(file.groups)} if file else {}
    return f"{path}: {', '.join([*(_counted(sizes[what], what) for what in sizes), *found])}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "severity": "warning" if problem.is_warning else "error",
        "tenant": problem.tenant or None,
        "key": problem.key or None,
        "code": problem.code or None,
        "message": problem.what,
    }
