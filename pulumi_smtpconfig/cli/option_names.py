"""Problems, told with the names of options in place of keys in the state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.property_names import KEYS, as_in_program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.problems import Problem

_ARGUMENT = re.compile(rf"(?<![\w.])(?:{'|'.join(KEYS)})(?!\w)")


def with_options(problem: Problem, own_names: Mapping[str, str]) -> str:
    """Return a problem as the text that tells it to whoever typed the command.

    Args:
        problem: The problem.
        own_names: What the command calls a property, by its key, or another thing, by its name in
            the problem, if not `--` and that with hyphens.
    """
    names = {argument: _option(argument) for argument in KEYS}
    names |= {argument: own_names[key] for argument, key in KEYS.items() if key in own_names}
    argument, colon, rest = as_in_program(str(problem)).partition(":")
    told = _ARGUMENT.sub(lambda found: names[found[0]], rest)
    name = names.get(argument) or own_names.get(argument) or _option(argument)
    return f"{name}{colon}{told}"


def _option(argument: str) -> str:
    return f"--{argument.strip('_').replace('_', '-')}"
