"""Problems, told with the names of options in place of keys in the state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.property_names import KEYS, as_in_program

if TYPE_CHECKING:
    from pulumi_smtpconfig.problems import Problem

_ARGUMENT = re.compile(rf"(?<![\w.])(?:{'|'.join(KEYS)})(?!\w)")


def as_option(name: str) -> str:
    """Return the option for a property, by its key or by its name in a program."""
    return f"--{as_in_program(f'{name}: ')[:-2].strip('_').replace('_', '-')}"


def with_options(problem: Problem, own_names: dict[str, str] | None = None) -> str:
    """Return a problem as the text that tells it to whoever typed the command.

    Args:
        problem: The problem.
        own_names: By key, what the command calls a property otherwise than `as_option` would.
    """
    name = (own_names or {}).get(problem.property) or as_option(problem.property)
    rest = as_in_program(str(problem._replace(property="")))
    return name + _ARGUMENT.sub(lambda found: as_option(found[0]), rest)
