"""Problems of a fleet, as messages for whoever edits its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(NamedTuple):
    """What is wrong in one line of a file, and what to do about it; never repeats a value.

    Attributes:
        file: The file's name.
        line: The line of the value, or of the nearest thing around it.
        what: The message, which names the tenant or the defaults.
        tenant: The tenant's name in the file; empty if it is about more than one.
        key: The setting's key in the file, or empty.
        code: The code of the lint rule that found it, or empty.
        is_warning: Whether it is only likely to be wrong.
    """

    file: str
    line: int
    what: str
    tenant: str = ""
    key: str = ""
    code: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class FleetError(Exception):
    """The fleet cannot be declared; the message has one line for each problem.

    Attributes:
        problems: What is wrong with the file, in line order; empty if it is something else.
    """

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class Unreadable(FleetError):
    """The file cannot be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}:1: cannot be read: {why}")


def file_error(*problems: Problem) -> FleetError:
    """Return an error that lists the problems of a file in line order."""
    ordered = in_order(problems)
    return FleetError("\n".join(map(str, ordered)), ordered)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, in line order."""
    return tuple(sorted(set(problems)))
