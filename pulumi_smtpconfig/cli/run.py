"""How a command runs and ends: its outcome, its exit code, and no error that tells too much."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.cli.exit_codes import ANSWERED_NO, INTERRUPTED, NOT_TOLD
from pulumi_smtpconfig.cli.output import (
    abandon,
    in_variables,
    print_error,
    print_json,
    print_stopped,
    print_table,
    print_unwritten,
)
from pulumi_smtpconfig.config import Config, Setting
from pulumi_smtpconfig.errors import (
    NotVerified,
    ReadFailed,
    Refused,
    SmtpConfigError,
    only_our_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class OptionsFirst(Config):
    """The connection settings of one command.

    Args:
        options: The option and its text for the keys that options can set; an empty one is not
            given.
    """

    def __init__(self, options: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__(lambda _: None)
        self._options = options or {}

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return what an option gives, else what the environment has; there is no stack."""
        option, text = self._options.get(key, ("", ""))
        return (Setting(text, option), None) if text else super().both(key)


class Rows(NamedTuple):
    """A sentence for people, and a table below it where there are rows."""

    title: str
    headings: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()


class Outcome(NamedTuple):
    """How a command ended.

    Attributes:
        code: The exit code.
        document: What machines get, to which what happened and what to do next are added.
        shown: What people get, if anything.
        error: Why the code is not 0.
    """

    code: int
    document: dict[str, Any]
    shown: Rows | None = None
    error: SmtpConfigError | None = None


def run(work: Callable[[], Outcome], blank: dict[str, Any], *, as_json: bool) -> int:
    """Run a command, print its outcome, and return the exit code.

    Args:
        work: The command; whatever it raises is told in this package's own words.
        blank: What machines get where it raises.
        as_json: Whether standard output is for machines.
    """
    try:
        outcome = only_our_errors(work)()
    except SmtpConfigError as error:
        outcome = Outcome(_code(error), blank, error=error)
    except KeyboardInterrupt:
        print_stopped()
        return INTERRUPTED
    return _print(outcome, as_json=as_json)


def unwritten(error: OSError, code: int) -> int:
    """Return the exit code where standard output takes no more; who left, as `head` does, has it.

    Args:
        error: Why it does not.
        code: The exit code of what should have been written.
    """
    abandon(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return code
    print_unwritten(error)
    return NOT_TOLD


def _print(outcome: Outcome, *, as_json: bool) -> int:
    code = outcome.code
    try:
        if as_json:
            print_json(outcome.document | _told(outcome.error))
        elif outcome.shown:
            print_table(*outcome.shown)
    except OSError as error:
        code = unwritten(error, code)
    if outcome.error:
        print_error(outcome.error)
    return code


def _told(error: SmtpConfigError | None) -> dict[str, str | None]:
    happened = in_variables(error.happened) if error else None
    return {"happened": happened, "remedy": in_variables(error.remedy) if error else None}


def _code(error: SmtpConfigError) -> int:
    return ANSWERED_NO if isinstance(error, (NotVerified, Refused, ReadFailed)) else NOT_TOLD
