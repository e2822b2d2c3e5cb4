"""The commands in the documents' blocks of shell."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from tests.docs.pages import blocks

BETWEEN = {"&&", "||", "|", ";"}
CONTINUED = re.compile(r"\\\n\s*")
ENVIRONMENT = ".venv/bin/"
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")


class Command(NamedTuple):
    """One command, and the block that it stands in."""

    place: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {' '.join(self.words)}"


def commands(program: str) -> list[Command]:
    """Return the commands that begin with a word; variables before it are left out."""
    return [command for command in _every() if command.words and command.words[0] == program]


def programs() -> set[str]:
    """Return the first words of all commands."""
    return {command.words[0] for command in _every() if command.words}


def options(command: Command) -> list[str]:
    """Return the options of a command, without their values."""
    return [word.partition("=")[0] for word in command.words if word.startswith("-")]


def _every() -> list[Command]:
    found = []
    for block in blocks("sh"):
        for line in CONTINUED.sub(" ", block.text).splitlines():
            words: list[str] = []
            for word in [*shlex.split(line, comments=True), ";"]:
                if word in BETWEEN:
                    found.append(Command(str(block), tuple(_without_variables(words))))
                    words = []
                else:
                    words.append(word.removesuffix(";"))
    return found


def _without_variables(words: list[str]) -> list[str]:
    while words and ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    return [word.removeprefix(ENVIRONMENT) for word in words]
