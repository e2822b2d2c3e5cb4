"""What a command prints: tables and lines for people, one JSON object for machines."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pulumi_smtpconfig.cli_words import in_variables, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulumi_smtpconfig.errors import SmtpConfigError

ERROR, WARNING = ("Error:", "bold red"), ("Warning:", "yellow")
ONE_LINE = 10_000
"""Columns where there is no terminal, so that a log or a program gets each row unbroken."""


def print_json(document: dict[str, Any]) -> None:
    """Print one object and nothing else on standard output."""
    _line(_console(), Text(json.dumps(document, indent=2)))


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, if it has columns, under its title; no cell is cut or taken for markup."""
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
    _line(_console(stderr=True), Text("Stopped."))


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
        _line(console, text)
        yield print_warning


def _told(console: Console, kind: str, style: str, text: str) -> None:
    _line(console, Text.assemble((kind, style), " ", printable(in_variables(text))))


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if isinstance(console.file, io.TextIOWrapper):
        console.file.reconfigure(errors="replace")  # a server may say what the output cannot show
    if not console.is_terminal:
        console.width = ONE_LINE
    return console


def _style(cell: str) -> str:
    return {"✓": "green", "✗": "bold red"}.get(cell, "")
