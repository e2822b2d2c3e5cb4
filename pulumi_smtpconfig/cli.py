"""The command line `smtpconfig`: options in, exit code out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pulumi_smtpconfig.cli_codes import FINE
from pulumi_smtpconfig.cli_options import (
    JSON,
    Password,
    exit_codes,
    print_version,
    refuse_arguments,
    text,
)

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
    from pulumi_smtpconfig import cli_verify  # noqa: PLC0415 - --help does not pay for it
    from pulumi_smtpconfig.cli_running import run  # noqa: PLC0415 - likewise

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
    code = run(lambda: cli_verify.verify(given, ca_bundle), cli_verify.BLANK, as_json=as_json)
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
    from pulumi_smtpconfig import cli_show  # noqa: PLC0415 - --help does not pay for it
    from pulumi_smtpconfig.cli_running import run  # noqa: PLC0415 - likewise

    given = {
        "platform": platform,
        "hostname": hostname,
        "tenantId": tenant_id,
        "basePath": base_path,
        "credentials": credentials,
    }
    raise typer.Exit(run(lambda: cli_show.show(given), cli_show.BLANK, as_json=as_json))


def main() -> None:
    """Run the command that the process was started with."""
    try:
        app(prog_name="smtpconfig")
    except OSError as error:  # of a help text; `run` lets none leave
        from pulumi_smtpconfig.cli_running import unwritten  # noqa: PLC0415 - likewise

        raise SystemExit(unwritten(error, FINE)) from None
