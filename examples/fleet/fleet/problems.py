"""Problems of a fleet, as messages for whoever edits its file."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """A problem in one line of a file, and what to do about it; never repeats a value."""

    line: int
    what: str


class FleetError(Exception):
    """The fleet cannot be declared; the message has one line for each problem."""


def file_error(name: str, *problems: Problem) -> FleetError:
    """Return an error that lists the problems of a file in line order."""
    return FleetError("\n".join(f"{name}:{line}: {what}" for line, what in sorted(set(problems))))
