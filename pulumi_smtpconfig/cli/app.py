"""The command line `smtpconfig`: options in, exit code out."""

from __future__ import annotations

import textwrap
from importlib.metadata import version
from typing import Annotated, Any

import typer

from pulumi_smtpconfig.cli.exit_codes import FINE, MEANINGS

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


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,  # their tracebacks show variables, and so passwords
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=exit_codes(),
)
# What is left over is refused in words of ours, which do not repeat it.
LEFT_OVER = {"allow_extra_args": True}


@app.callback()
def smtpconfig(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=print_version, help="Print the version and leave."
        ),
    ] = False,
    _password: Password = None,
) -> None:
    """Try mail settings at their SMTP server, and show those that a tenant has."""


@app.command(context_settings=LEFT_OVER, epilog=exit_codes())
def verify(  # noqa: PLR0913 - one parameter an option, all by keyword
    context: typer.Context,
    *,
    host: Annotated[str, text("--host", "The SMTP server.", "NAME")],
    from_: Annotated[str, text("--from", "The address that mails come from.", "ADDRESS")],
    port: Annotated[str, text("--port", "Left out: 465 with --ssl, else 587.", "N")] = "",
    ssl: Annotated[bool, typer.Option("--ssl", help="TLS from the first byte.")] = False,
    starttls: Annotated[
        bool | None,
        typer.Option(
            "--starttls/--no-starttls",
            help="Upgrade the connection by STARTTLS; left out: on, but with --ssl.",
            show_default=False,
        ),
    ] = None,
    user: Annotated[str, text("--user", "The SMTP user; needs a password.", "NAME")] = "",
    password_from: Annotated[
        str,
        text(
            "--password-from",
            "Where its password stands. Left out: the variable SMTPCONFIG_SMTP_PASSWORD, "
            "else the terminal asks.",
            "env:NAME|file:/PATH",
        ),
    ] = "",
    envelope_from: Annotated[
        str, text("--envelope-from", "Where bounces go to; left out: --from.", "ADDRESS")
    ] = "",
    recipient: Annotated[
        str, text("--recipient", "Ask whether mails to it would be taken.", "ADDRESS")
    ] = "",
    ca_bundle: Annotated[
        str,
        text(
            "--ca-bundle",
            "A PEM file of authorities to trust beside the system's; left out: "
            "SMTPCONFIG_CA_BUNDLE.",
            "PATH",
        ),
    ] = "",
    as_json: Annotated[bool, JSON] = False,
    _password: Password = None,
) -> None:
    """Try settings at their SMTP server; no mail is sent."""
    refuse_arguments(context)
    from pulumi_smtpconfig.cli import verify as command  # noqa: PLC0415 - --help does not pay for it
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    given: dict[str, Any] = {
        "host": host,
        "from": from_,
        "port": port,
        "ssl": ssl,
        "starttls": starttls,
        "user": user,
        "passwordFrom": password_from,
        "envelopeFrom": envelope_from,
        "verifyRecipient": recipient,
    }
    code = run(lambda: command.verify(given, ca_bundle), command.BLANK, as_json=as_json)
    raise typer.Exit(code)


@app.command(context_settings=LEFT_OVER, epilog=exit_codes())
def show(  # noqa: PLR0913 - likewise
    context: typer.Context,
    *,
    platform: Annotated[str, text("--platform", "Which it is.", "ssms|shift|keycloak")],
    hostname: Annotated[str, text("--hostname", "Its host, with a port but for 443.", "NAME")],
    tenant_id: Annotated[str, text("--tenant-id", "The tenant, in its own case.", "ID")],
    base_path: Annotated[
        str, text("--base-path", "What Keycloak's paths begin with, such as /auth.", "PATH")
    ] = "",
    credentials: Annotated[
        str, text("--credentials", "A named set of SMTPCONFIG_CREDENTIALS.", "NAME")
    ] = "",
    as_json: Annotated[bool, JSON] = False,
    _password: Password = None,
) -> None:
    """Show what a platform holds for a tenant, without secrets.

    SMTPCONFIG_TOKEN and the other variables say how to connect.
    """
    refuse_arguments(context)
    from pulumi_smtpconfig.cli import show as command  # noqa: PLC0415 - --help does not pay for it
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    given = {
        "platform": platform,
        "hostname": hostname,
        "tenantId": tenant_id,
        "basePath": base_path,
        "credentials": credentials,
    }
    raise typer.Exit(run(lambda: command.show(given), command.BLANK, as_json=as_json))


def main() -> None:
    """Run the command that the process was started with."""
    try:
        app(prog_name="smtpconfig")
    except OSError as error:  # of a help text; `run` lets none leave
        from pulumi_smtpconfig.cli.run import unwritten  # noqa: PLC0415 - likewise

        raise SystemExit(unwritten(error, FINE)) from None
