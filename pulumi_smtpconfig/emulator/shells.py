"""Environment variables as lines to paste, for several shells."""

import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class Shell(NamedTuple):
    """How a shell sets and unsets variables."""

    set: Callable[[str, str], str]
    unset: Callable[[Iterable[str]], str]


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _github(name: str, value: str) -> str:
    line = f'echo {shlex.quote(f"{name}={value}")} >> "$GITHUB_ENV"'
    is_secret = name.endswith(("TOKEN", "SECRET"))
    return f"echo {shlex.quote(f'::add-mask::{value}')}; {line}" if is_secret else line


SHELLS = {
    "sh": Shell(
        lambda name, value: f"export {name}={shlex.quote(value)}",
        lambda names: f"unset {' '.join(names)}",
    ),
    "fish": Shell(
        lambda name, value: f"set -gx {name} {_fish(value)}",
        lambda names: f"set -e {' '.join(names)}",
    ),
    "powershell": Shell(
        lambda name, value: f"$Env:{name} = {_powershell(value)}",
        lambda names: f"Remove-Item {', '.join(f'Env:{name}' for name in names)}",
    ),
    "github": Shell(
        _github,
        lambda names: "; ".join(f"echo '{name}=' >> \"$GITHUB_ENV\"" for name in names),
    ),
}
"""By the name that `--env` takes; `github` is for a step of a workflow."""


def lines(shell: Shell, variables: Mapping[str, str]) -> list[str]:
    """Return a line for each variable."""
    return [shell.set(name, value) for name, value in variables.items()]
