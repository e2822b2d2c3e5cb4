"""The commands of `smtpconfig fleet` and their options."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pulumi_smtpconfig.cli.exit_codes import explained

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pulumi_smtpconfig.cli.run import Outcome

File = Annotated[
    Path, typer.Argument(help="The file of tenants.", metavar="FILE", show_default=True)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
TENANTS = Path("tenants.yaml")

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check and format a file of tenants.",
    epilog=explained(),
)


@app.command(epilog=explained())
def check(
    file: File = TENANTS,
    *,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="Lines, annotations of a pull request on GitHub, or SARIF.",
            metavar="text|github|sarif",
        ),
    ] = "text",
    as_json: Json = False,
) -> None:
    """Report every problem that a preview would report."""
    from pulumi_smtpconfig.cli.fleet import check as command  # noqa: PLC0415 - --help is quick

    run = partial(command.check, file, format_, as_json=as_json)
    _run(run, command.blank(file), as_json=as_json)


@app.command(epilog=explained())
def groups(file: File = TENANTS, *, as_json: Json = False) -> None:
    """Print each group with the number of its tenants, for a pipeline; fail as check does."""
    from pulumi_smtpconfig.cli.fleet import check as command  # noqa: PLC0415 - --help is quick

    _run(lambda: command.groups(file), command.NO_GROUPS, as_json=as_json)


@app.command(epilog=explained())
def schema() -> None:
    """Print the JSON Schema of the file, which editors use for completion."""
    from pulumi_smtpconfig.cli.fleet.schema import schema as command  # noqa: PLC0415 - as above

    _run(command, {})


@app.command(epilog=explained())
def fmt(
    file: File = TENANTS,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if it would be changed.")
    ] = False,
) -> None:
    """Format the file, and keep its comments and order."""
    from pulumi_smtpconfig.cli.fleet.fmt import fmt as command  # noqa: PLC0415 - as above

    _run(lambda: command(file, only_check=check), {})


def _run(command: Callable[[], Outcome], blank: dict[str, Any], *, as_json: bool = False) -> None:
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - --help is quick

    raise typer.Exit(run(command, blank, as_json=as_json))
