"""Run a command: print its outcome and choose the exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.cli.exit_codes import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
)
from pulumi_smtpconfig.cli.option_names import with_options
from pulumi_smtpconfig.cli.output import (
    discard,
    print_error,
    print_json,
    print_labelled,
    print_stopped,
    print_table,
    print_text,
    print_write_error,
)
from pulumi_smtpconfig.config import Config, Setting
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    NotVerified,
    ReadFailed,
    Refused,
    SmtpConfigError,
    only_our_errors,
)
from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulumi_smtpconfig.lifecycle.declaration import Declaration
    from pulumi_smtpconfig.problems import Problem


class Report(NamedTuple):
    """A sentence, and a table below it, or above it, if it has headings."""

    title: str
    headings: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    is_title_last: bool = False


class Labelled(NamedTuple):
    """Lines, each after a label in a style."""

    lines: Sequence[tuple[tuple[str, str], str]]


class Outcome(NamedTuple):
    """How a command ended.

    Attributes:
        code: The exit code.
        document: What `--json` prints, apart from the keys of the error.
        report: What is printed otherwise: a table, lines, or the text of a file.
        error: Why the code is not 0.
    """

    code: int
    document: dict[str, Any]
    report: Report | Labelled | str | None = None
    error: SmtpConfigError | None = None


def invalid_options(
    problems: Iterable[Problem],
    document: dict[str, Any],
    own_names: Mapping[str, str] | None = None,
) -> Outcome:
    """Return the outcome for options that cannot be used; see `with_options` for the names."""
    happened = "\n  ".join(with_options(problem, own_names or {}) for problem in problems)
    error = ConfigurationError(happened, "correct these options; nothing was sent.")
    return Outcome(EXIT_USAGE, document, error=error)


def not_enabled(declaration: Declaration, document: dict[str, Any]) -> Outcome:
    """Return the outcome for a platform that the connection settings do not let us read."""
    platform = declaration.platform
    happened = f"Reading mail settings from {platform.title} is not enabled."
    error = ConfigurationError(happened, f"{platform.enable_reading}.")
    return Outcome(EXIT_UNAVAILABLE, document, error=error)


def exit_code(error: SmtpConfigError) -> int:
    """Return the exit code of a command that ends with an error."""
    is_failure = isinstance(error, (NotVerified, Refused, ReadFailed))
    return EXIT_FAILED if is_failure else EXIT_UNAVAILABLE


def run(command: Callable[[], Outcome], blank: dict[str, Any], *, as_json: bool) -> int:
    """Run a command, print its outcome, and return the exit code.

    Args:
        command: The command; any exception becomes an error of this package.
        blank: The document of a command that raises.
        as_json: Whether to print the document instead of the report.
    """
    try:
        outcome = only_our_errors(command)()
    except SmtpConfigError as error:
        outcome = Outcome(exit_code(error), blank, error=error)
    except KeyboardInterrupt:
        print_stopped()
        return EXIT_INTERRUPTED
    return _print(outcome, as_json=as_json)


def _print(outcome: Outcome, *, as_json: bool) -> int:
    code, error = outcome.code, outcome.error
    try:
        if as_json:
            happened = without_pulumi(error.happened) if error else None
            remedy = without_pulumi(error.remedy) if error else None
            print_json({**outcome.document, "happened": happened, "remedy": remedy})
        elif isinstance(outcome.report, str):
            print_text(outcome.report)
        elif isinstance(outcome.report, Labelled):
            print_labelled(outcome.report.lines)
        elif outcome.report:
            print_table(*outcome.report)
    except OSError as write_error:
        code = handle_write_error(write_error, code)
    if error:
        print_error(error)
    return code


def handle_write_error(error: OSError, code: int) -> int:
    """Report that standard output failed, and return the exit code.

    If the reader closed the pipe, as `head` does, keep the command's own exit code.
    """
    discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return code
    print_write_error(error)
    return EXIT_UNAVAILABLE


class CommandConfig(Config):
    """Connection settings from options and environment variables, without a stack.

    Args:
        options: By config key, the name of an option and its value; an empty value is not set.
    """

    def __init__(self, options: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__(lambda _: None)
        self._options = options or {}

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return an option in place of the environment's setting."""
        option, text = self._options.get(key, ("", ""))
        return (Setting(text, option), None) if text else super().both(key)
