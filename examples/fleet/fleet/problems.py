"""What is wrong with a fleet, as whoever edits it reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(NamedTuple):
    """What is wrong in one line of a file, with what to do; it repeats no value."""

    line: int
    what: str


class FleetError(Exception):
    """A fleet cannot be declared; the message has one line for each problem."""


def located(file: str, problems: Iterable[Problem]) -> FleetError:
    """Return the error for what is wrong with a file, in the order of its lines."""
    return FleetError("\n".join(f"{file}:{line}: {what}" for line, what in sorted(set(problems))))
