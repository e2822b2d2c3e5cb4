"""The options of the command line, and what is refused because it would be seen."""

from __future__ import annotations

import textwrap
from importlib.metadata import version
from typing import Annotated, Any

import typer

from pulumi_smtpconfig.cli_codes import MEANINGS

SEEN_BY_OTHERS = (
    "a password in a command can be read by every user of this machine, and stays in the shell's "
    "history. Use --password-from env:NAME or --password-from file:/path, set "
    "SMTPCONFIG_SMTP_PASSWORD, or let the terminal ask for it."
)
OPTIONS_ONLY = "there are options only, and a password is none of them; see --help."


def exit_codes() -> str:
    """Return the lines of a help text that list the exit codes."""
    lines = (
        textwrap.fill(text, 72, initial_indent=f"{code:5}  ", subsequent_indent=" " * 7)
        for code, text in MEANINGS.items()
    )
    as_they_are = "\b"
    return "\n".join([as_they_are, "Exit codes:", *lines])


def refuse_password(given: str | None) -> None:
    """Say why a password is no option, without repeating it."""
    if given is not None:
        raise typer.BadParameter(SEEN_BY_OTHERS)


def refuse_arguments(context: typer.Context) -> None:
    """Say that something stands beside the options, without repeating it."""
    if context.args:
        raise typer.BadParameter(OPTIONS_ONLY)


def print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    """Print the version and leave."""
    if wanted:
        typer.echo(f"smtpconfig {version('pulumi-smtpconfig')}")
        raise typer.Exit


def text(name: str, help_: str, metavar: str) -> Any:
    """Return an option whose value is parsed by the package, as that of a program."""
    return typer.Option(name, help=help_, metavar=metavar)


Password = Annotated[
    str | None,
    typer.Option("--password", hidden=True, is_eager=True, callback=refuse_password),
]
JSON = typer.Option("--json", help="Print one JSON object for machines.")
