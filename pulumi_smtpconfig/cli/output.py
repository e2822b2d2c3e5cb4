"""What a command prints: tables and lines for people, one JSON object for machines."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.connection import LAST_UP
from pulumi_smtpconfig.smtp.advice import PLATFORM_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulumi_smtpconfig.errors import SmtpConfigError

CONFIG_SET = re.compile(r"run `pulumi config set (?:--secret )?[\w:]+`, or set")
PULUMI = re.compile("`pulumi(?: up)?`")
CONFIG_KEY = re.compile(r"smtpconfig:([A-Za-z]+)")
FROM_THE_PLATFORM = "A platform elsewhere may reach what this machine does not."
ANOTHER_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def in_variables(text: str) -> str:
    """Say for the command line what is written for a Pulumi program: SMTPCONFIG_TOKEN, no config.

    >>> in_variables("set smtpconfig:readUrl, then run `pulumi up` again.")
    'set SMTPCONFIG_READ_URL, then run `smtpconfig` again.'
    """
    text = text.replace(f" {LAST_UP}", "").replace(PLATFORM_ONLY, FROM_THE_PLATFORM)
    text = PULUMI.sub("`smtpconfig`", CONFIG_SET.sub("set", text))
    return CONFIG_KEY.sub(lambda key: variable(key[1]), text)


def printable(text: str) -> str:
    """Replace what a terminal could take for a command, and what hides or turns other text."""
    return "".join(c if c.isprintable() or c == "\n" else ANOTHER_CHARACTER for c in text)


ERROR, WARNING = ("Error:", "bold red"), ("Warning:", "yellow")
ONE_LINE = 10_000
"""Columns where there is no terminal, so that a log or a program gets each row unbroken."""


def print_json(document: dict[str, Any]) -> None:
    """Print one object and nothing else on standard output.

    Raises:
        OSError: It cannot be written, or nobody reads it (`BrokenPipeError`).
    """
    _line(_console(), Text(json.dumps(document, indent=2)))


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, if it has columns, under its title; no cell is cut or taken for markup.

    Raises:
        OSError: It cannot be written, or nobody reads it (`BrokenPipeError`).
    """
    console = _console()
    _line(console, Text(printable(title)))
    columns = [Column(heading, overflow="fold") for heading in headings]
    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(printable(cell), style=_style(cell)) for cell in row))
    if columns:
        console.print(table)


def mark(*, passed: bool) -> str:
    """Return the sign of a stage, in letters where the output knows no other."""
    knows_others = _console().encoding.startswith("utf")
    return ("✓" if passed else "✗") if knows_others else ("ok" if passed else "failed")


def print_warning(line: str) -> None:
    """Print a warning on standard error."""
    _told(_console(stderr=True), *WARNING, line)


def print_error(error: SmtpConfigError) -> None:
    """Print on standard error what was done, what happened, and what to do next."""
    _told(_console(stderr=True), *ERROR, str(error))


def print_stopped() -> None:
    """Say on standard error that Ctrl-C ended it."""
    _say(_console(stderr=True), Text("Stopped."))


def print_unwritten(error: OSError) -> None:
    """Say on standard error why standard output cannot be written."""
    why = f"Standard output cannot be written: {error.strerror}; see where it goes, then try again."
    _told(_console(stderr=True), *ERROR, why)


def abandon(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere, as Python would fail at its end to write it."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


class _Console(Console):
    def on_broken_pipe(self) -> None:  # rich's own ends the process, with a code that says "no"
        raise BrokenPipeError


@contextmanager
def talking_to(whom: str) -> Iterator[Callable[[str], None]]:
    """Say on standard error who is being waited for, with a sign of life on a terminal.

    Yields what prints a warning meanwhile, which another way would disturb that sign.
    """
    console, text = _console(stderr=True), Text(printable(f"Talking to {whom} ..."))
    if console.is_terminal:
        with console.status(text):
            yield partial(_told, console, *WARNING)
    else:
        _say(console, text)
        yield print_warning


def _told(console: Console, kind: str, style: str, text: str) -> None:
    _say(console, Text.assemble((kind, style), " ", printable(in_variables(text))))


def _say(console: Console, text: Text) -> None:
    """Print on standard error, which may be gone: the exit code tells it too."""
    try:
        _line(console, text)
    except OSError:
        abandon(sys.stderr)


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)


def _console(*, stderr: bool = False) -> Console:
    console = _Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if isinstance(console.file, io.TextIOWrapper):
        console.file.reconfigure(errors="replace")  # a server may say what the output cannot show
    if not console.is_terminal:
        console.width = ONE_LINE
    return console


def _style(cell: str) -> str:
    return {"✓": "green", "✗": "bold red"}.get(cell, "")
