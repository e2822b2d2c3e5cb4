"""`smtpconfig fleet fmt`: format a file of tenants."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from pulumi_smtpconfig.cli.exit_codes import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE
from pulumi_smtpconfig.cli.export.output_file import write_file
from pulumi_smtpconfig.cli.fleet.unreadable import telling_what_to_do
from pulumi_smtpconfig.cli.run import Outcome, Report
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.fleet.document import read_text
from pulumi_smtpconfig.fleet.problems import FleetError

if TYPE_CHECKING:
    from pathlib import Path


def fmt(path: Path, *, only_check: bool) -> Outcome:
    """Format a file, or tell whether it is formatted."""
    try:
        from pulumi_smtpconfig.fleet.formatting import format_text  # noqa: PLC0415 - needs an extra
    except ModuleNotFoundError as missing:
        happened = f"smtpconfig fleet fmt cannot run: No module named {missing.name!r}."
        remedy = "run: pip install 'pulumi-smtpconfig[fleet]'."
        return Outcome(EXIT_UNAVAILABLE, {}, error=ConfigurationError(happened, remedy))
    try:
        with telling_what_to_do():
            text = read_text(path)
            formatted = format_text(path.name, text)
    except FleetError as error:
        problem = ConfigurationError(str(error), "correct the file; it was not changed.")
        return Outcome(EXIT_FAILED, {}, error=problem)
    if formatted.encode() == path.read_bytes():  # `text` has no byte order mark
        return Outcome(EXIT_OK, {}, Report(f"{path} is already formatted."))
    if only_check:
        remedy = f"run `smtpconfig fleet fmt {shlex.quote(str(path))}`."
        other = ConfigurationError(f"{path} is not formatted.", remedy)
        return Outcome(EXIT_FAILED, {}, error=other)
    write_file(str(path), formatted, remedy="check that it may be changed.")
    return Outcome(EXIT_OK, {}, Report(f"{path} was formatted."))
