"""A shell in a terminal, into which a test pastes what a reader pastes."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.terminal import in_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.terminal import Terminal

BASH = ("bash", "--norc", "--noprofile", "--noediting", "-i")
PROMPTED = re.compile(r"<<(\d+)>>")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
PATIENCE = 300
"""Seconds that a command may print nothing, such as one that installs packages."""

THOUGHT = 0.3
"""Seconds that a reader looks at a question."""

CONFIRM = re.compile(r"Do you want to perform this |state directly\. Confirm\?")
ASKS = re.compile(rf"{CONFIRM.pattern}|^value: |^Password[^\n]*: $", re.MULTILINE)
ASKS_SILENTLY = re.compile(r"\bread -rs\b")


class Shell:
    """A shell of a reader.

    Args:
        terminal: Where it runs.
        process: Its process.
        answer: What the reader types when a command asks for a value.
    """

    def __init__(
        self, terminal: Terminal, process: psutil.Process, answer: Callable[[str], str]
    ) -> None:
        self._terminal = terminal
        self._process = process
        self._answer = answer
        terminal.wait_for("<<0>>")

    @property
    def folder(self) -> Path:
        """The folder that it is in."""
        return Path(self._process.cwd())

    def paste(self, text: str) -> list[tuple[str, int]]:
        """Paste all of a text at once, and return its commands with their exit statuses.

        Raises:
            AssertionError: A command before the last one asked, so it took the next for the answer.
        """
        pasted, start, answered = commands(text), len(self._terminal.shown), False
        self._terminal.type(text.encode())
        while len(ended := PROMPTED.findall(self.shown(start))) < len(pasted):
            current = pasted[len(ended)]
            asks = ASKS.search(self.shown(start)) or ASKS_SILENTLY.search(current)
            if answered or not asks or not self._terminal.is_quiet(THOUGHT):
                assert self._terminal.read(), self.shown(start)
                continue
            assert len(ended) == len(pasted) - 1, f"the next line answers what this asks: {current}"
            yes = CONFIRM.search(self.shown(start))
            self._terminal.type(f"{'yes' if yes else self._answer(current)}\r".encode())
            answered = True
        return list(zip(pasted, map(int, ended), strict=True))

    def begin(self, text: str, ready: str) -> str:
        """Paste a text whose last command runs on, and return what it shows until it is ready."""
        start = len(self._terminal.shown)
        self._terminal.type(text.encode())
        while ready not in self.shown(start):
            assert self._terminal.read(), self.shown(start)
        return self.shown(start)

    def interrupt(self) -> str:
        """Press Ctrl-C, and return what the command shows until it has ended."""
        start = len(self._terminal.shown)
        self._terminal.type(b"\x03")
        while not PROMPTED.search(self.shown(start)):
            assert self._terminal.read(), self.shown(start)
        return self.shown(start)

    def shown(self, start: int = 0) -> str:
        """Return what the terminal showed, without the escapes that place and colour it."""
        return ESCAPES.sub("", self._terminal.shown[start:]).replace("\r", "\n")


@contextmanager
def open_shell(
    folder: Path, environment: Mapping[str, str], answer: Callable[[str], str]
) -> Iterator[Shell]:
    """Open a shell in a folder; all that runs in it ends with the context."""
    variables = {**environment, "PS1": "<<$?>>", "VIRTUAL_ENV_DISABLE_PROMPT": "1"}
    with in_terminal(BASH, variables, folder, PATIENCE) as terminal:
        yield Shell(terminal, psutil.Process(terminal.process), answer)


def commands(text: str) -> list[str]:
    """Return the commands of a block as a shell reads them, each behind a prompt of its own."""
    found: list[str] = []
    begun = ""
    for line in text.splitlines():
        begun += line
        if begun.endswith("\\") or not _is_whole(begun):
            begun += "\n"
        else:
            found.append(begun)
            begun = ""
    assert not begun, f"no shell takes this as a whole: {text}"
    return found


def _is_whole(command: str) -> bool:
    check = ["bash", "-nc", command]
    return not subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode
