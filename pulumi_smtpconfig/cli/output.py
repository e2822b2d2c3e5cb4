"""What a command prints: tables and lines for people, one JSON object for programs."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulumi_smtpconfig.errors import SmtpConfigError

ERROR, WARNING = ("Error:", "bold red"), ("Warning:", "yellow")

LOG_WIDTH = 10_000
"""Columns if there is no terminal, so that logs and pipes get unbroken rows."""


def printable(text: str) -> str:
    """Replace characters that control the terminal, and those that hide or reorder text."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def print_json(document: dict[str, Any]) -> None:
    """Print a JSON object to standard output.

    Raises:
        OSError: Standard output failed, or its reader is gone (`BrokenPipeError`).
    """
    _print_line(_console(), Text(json.dumps(document, indent=2)))


def print_text(text: str) -> None:
    """Print the text of a file to standard output, in UTF-8 whatever the terminal's encoding.

    Raises:
        OSError: Standard output failed, or its reader is gone (`BrokenPipeError`).
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def print_table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    is_title_last: bool = False,  # noqa: FBT001, FBT002 - from a tuple
) -> None:
    """Print a title, and below or above it a table unless it has no columns, to standard output.

    Raises:
        OSError: Standard output failed, or its reader is gone (`BrokenPipeError`).
    """
    console = _console()
    if not (headings and is_title_last):
        _print_line(console, Text(printable(title)))
    if not headings:
        return
    columns = [Column(heading, overflow="fold") for heading in headings]
    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(printable(cell), style=MARK_STYLES.get(cell, "")) for cell in row))
    console.print(table)
    if is_title_last:
        _print_line(console, Text(printable(title)))


def print_labelled(lines: Iterable[tuple[tuple[str, str], str]]) -> None:
    """Print lines to standard output, each after a label in a style.

    Raises:
        OSError: Standard output failed, or its reader is gone (`BrokenPipeError`).
    """
    console = _console()
    for label, text in lines:
        _print_line(console, Text.assemble(label, " ", printable(text)))


PASSED, FAILED = "✓", "✗"
MARK_STYLES = {
    PASSED: "green",
    FAILED: "bold red",
    "in danger": "bold red",
    "with warnings": "yellow",
    "not read": "magenta",
    "clean": "green",
}


def mark(*, passed: bool) -> str:
    """Return the mark of a stage, in ASCII if the output has no other characters."""
    if _console().encoding.startswith("utf"):
        return PASSED if passed else FAILED
    return "ok" if passed else "failed"


def print_warning(text: str) -> None:
    """Print a warning to standard error."""
    _print_labelled(_console(stderr=True), *WARNING, text)


def print_error(error: SmtpConfigError) -> None:
    """Print an error to standard error."""
    _print_labelled(_console(stderr=True), *ERROR, str(error))


def print_write_error(error: OSError) -> None:
    """Print to standard error that standard output failed."""
    text = f"Could not write to standard output: {error.strerror}. Check where it is redirected to."
    _print_labelled(_console(stderr=True), *ERROR, text)


def print_stopped() -> None:
    """Print to standard error that the user stopped the command."""
    _print_to_stderr(_console(stderr=True), Text("Stopped."))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to standard error."""
    for line in lines:
        _print_to_stderr(_console(stderr=True), Text(printable(line)))


class Wait(NamedTuple):
    """What a command does to standard error while it waits.

    Attributes:
        warn: Prints a warning without disturbing the spinner.
        update: Replaces the text beside the spinner; without a terminal it does nothing.
    """

    warn: Callable[[str], None]
    update: Callable[[str], None]


@contextmanager
def waiting(text: str) -> Iterator[Wait]:
    """Show on standard error what the command waits for; a terminal shows a spinner."""
    console = _console(stderr=True)
    if console.is_terminal:
        with console.status(Text(printable(text))) as status:
            warn = partial(_print_labelled, console, *WARNING)
            yield Wait(warn, lambda now: status.update(Text(printable(now))))
    else:
        _print_to_stderr(console, Text(printable(text)))
        yield Wait(print_warning, lambda _: None)


@contextmanager
def connecting_to(peer: str) -> Iterator[Callable[[str], None]]:
    """Show that the command waits for `peer`, and yield the function that prints a warning."""
    with waiting(f"Connecting to {peer} ...") as wait:
        yield wait.warn


def discard(stream: TextIO) -> None:
    """Redirect a stream to the null device, as Python fails at exit if it cannot flush it."""
    with suppress(OSError), Path(os.devnull).open("wb") as null:
        os.dup2(null.fileno(), stream.fileno())


class _Console(Console):
    def on_broken_pipe(self) -> None:  # rich would end the process with exit code 1
        raise BrokenPipeError


def _console(*, stderr: bool = False) -> Console:
    console = _Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if isinstance(console.file, io.TextIOWrapper):
        console.file.reconfigure(errors="replace")  # text from servers may not be encodable
    if not console.is_terminal:
        console.width = LOG_WIDTH
    return console


def _print_labelled(console: Console, label: str, style: str, text: str) -> None:
    line = Text.assemble((label, style), " ", printable(without_pulumi(text)))
    _print_to_stderr(console, line)


def _print_to_stderr(console: Console, text: Text) -> None:
    """Print a line, and ignore a broken standard error: the exit code says the same."""
    try:
        _print_line(console, text)
    except OSError:
        discard(sys.stderr)


def _print_line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)
