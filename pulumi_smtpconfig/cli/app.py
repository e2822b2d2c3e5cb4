"""The commands of `smtpconfig` and their options."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import typer

from pulumi_smtpconfig.cli.exit_codes import EXIT_OK, explained
from pulumi_smtpconfig.cli.fleet.app import app as fleet

VISIBLE_TO_OTHERS = (
    "other users of this machine can read a password on the command line, and the shell stores it "
    "in its history. Use --password-from env:NAME or --password-from file:/path, set "
    "SMTPCONFIG_SMTP_PASSWORD, or enter it at the prompt."
)
UNEXPECTED_ARGUMENT = "unexpected argument (not shown, as it could be a password)."


def main() -> None:
    """Run `smtpconfig` with the arguments of this process."""
    try:
        app(prog_name="smtpconfig")
    except OSError as error:  # only --help and --version: `run` handles its own
        from pulumi_smtpconfig.cli.run import handle_write_error  # noqa: PLC0415 - --help is quick

        raise SystemExit(handle_write_error(error, EXIT_OK)) from None


def _refuse_password(given: str | None) -> None:
    if given is not None:
        raise typer.BadParameter(VISIBLE_TO_OTHERS)


def _refuse_arguments(context: typer.Context) -> None:
    if context.args:
        raise typer.BadParameter(UNEXPECTED_ARGUMENT)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer passes it by position
    if wanted:
        typer.echo(f"smtpconfig {version('pulumi-smtpconfig')}")
        raise typer.Exit


def _text(name: str, help_: str, metavar: str) -> Any:
    """Return an option whose value the package parses, as for a Pulumi program."""
    return typer.Option(name, help=help_, metavar=metavar)


Password = Annotated[
    str | None,
    typer.Option("--password", hidden=True, is_eager=True, callback=_refuse_password),
]
Platform = Annotated[str, _text("--platform", "The platform.", "ssms|shift|keycloak")]
Hostname = Annotated[
    str, _text("--hostname", "Host of the platform, and its port unless 443.", "NAME")
]
BasePath = Annotated[
    str, _text("--base-path", "Prefix of Keycloak's paths, such as /auth.", "PATH")
]
Credentials = Annotated[
    str, _text("--credentials", "Name of a set in SMTPCONFIG_CREDENTIALS.", "NAME")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show variables, and so passwords
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=explained(),
)
app.add_typer(fleet, name="fleet")
# click's own error would repeat an extra argument, which may be a password.
EXTRA_ARGUMENTS = {"allow_extra_args": True}


@app.callback()
def smtpconfig(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Show the version and exit."
        ),
    ] = False,
    _password: Password = None,
) -> None:
    """Verify or show the SMTP settings of a tenant; export, audit or check those of many."""


@app.command(context_settings=EXTRA_ARGUMENTS, epilog=explained())
def verify(  # noqa: PLR0913 - a parameter for each option, all by keyword
    context: typer.Context,
    *,
    host: Annotated[str, _text("--host", "SMTP server.", "NAME")],
    from_: Annotated[str, _text("--from", "Sender address.", "ADDRESS")],
    port: Annotated[str, _text("--port", "Port. Default: 465 with --ssl, else 587.", "N")] = "",
    ssl: Annotated[bool, typer.Option("--ssl", help="Use TLS from the first byte.")] = False,
    starttls: Annotated[
        bool | None,
        typer.Option(
            "--starttls/--no-starttls",
            help="Upgrade to TLS with STARTTLS. Default: on, unless --ssl is given.",
            show_default=False,
        ),
    ] = None,
    user: Annotated[str, _text("--user", "SMTP user; requires a password.", "NAME")] = "",
    password_from: Annotated[
        str,
        _text(
            "--password-from",
            "Where the password is stored. Default: the variable SMTPCONFIG_SMTP_PASSWORD, "
            "otherwise a prompt.",
            "env:NAME|file:/PATH",
        ),
    ] = "",
    auth_token_url: Annotated[
        str, _text("--auth-token-url", "Log in with a token from here, not a password.", "URL")
    ] = "",
    auth_token_client_id: Annotated[
        str, _text("--auth-token-client-id", "The client that the token is granted to.", "ID")
    ] = "",
    auth_token_client_secret_from: Annotated[
        str,
        _text(
            "--auth-token-client-secret-from",
            "Where the client's secret is stored. Default: the variable "
            "SMTPCONFIG_AUTH_TOKEN_CLIENT_SECRET, otherwise a prompt.",
            "env:NAME|file:/PATH",
        ),
    ] = "",
    auth_token_scope: Annotated[
        str, _text("--auth-token-scope", "The scope to ask for.", "SCOPE")
    ] = "",
    envelope_from: Annotated[
        str, _text("--envelope-from", "Address for bounces. Default: --from.", "ADDRESS")
    ] = "",
    recipient: Annotated[
        str, _text("--recipient", "Check that the server accepts this recipient.", "ADDRESS")
    ] = "",
    ca_bundle: Annotated[
        str,
        _text(
            "--ca-bundle",
            "PEM file of certificate authorities to trust in addition to the system's. "
            "Default: SMTPCONFIG_CA_BUNDLE.",
            "PATH",
        ),
    ] = "",
    as_json: AsJson = False,
    _password: Password = None,
) -> None:
    """Run an SMTP session up to MAIL FROM, without sending mail."""
    _refuse_arguments(context)
    from pulumi_smtpconfig.cli import verify as command  # noqa: PLC0415 - --help is quick
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    properties: dict[str, Any] = {
        "host": host,
        "from": from_,
        "port": port,
        "ssl": ssl,
        "starttls": starttls,
        "user": user,
        "passwordFrom": password_from,
        "authTokenUrl": auth_token_url,
        "authTokenClientId": auth_token_client_id,
        "authTokenClientSecretFrom": auth_token_client_secret_from,
        "authTokenScope": auth_token_scope,
        "envelopeFrom": envelope_from,
        "verifyRecipient": recipient,
    }
    code = run(lambda: command.verify(properties, ca_bundle), command.BLANK, as_json=as_json)
    raise typer.Exit(code)


@app.command(context_settings=EXTRA_ARGUMENTS, epilog=explained())
def show(  # noqa: PLR0913 - a parameter for each option, all by keyword
    context: typer.Context,
    *,
    platform: Platform,
    hostname: Hostname,
    tenant_id: Annotated[str, _text("--tenant-id", "Tenant (case-sensitive).", "ID")],
    base_path: BasePath = "",
    credentials: Credentials = "",
    as_json: AsJson = False,
    _password: Password = None,
) -> None:
    """Show the mail settings of a tenant, without secrets.

    Connection settings, such as SMTPCONFIG_TOKEN, come from environment variables.
    """
    _refuse_arguments(context)
    from pulumi_smtpconfig.cli import show as command  # noqa: PLC0415 - --help is quick
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    properties = {
        "platform": platform,
        "hostname": hostname,
        "tenantId": tenant_id,
        "basePath": base_path,
        "credentials": credentials,
    }
    raise typer.Exit(run(lambda: command.show(properties), command.BLANK, as_json=as_json))


@app.command(epilog=explained())
def export(  # noqa: PLR0913 - a parameter for each option, all by keyword
    tenants: Annotated[
        list[str] | None,
        typer.Argument(
            help="Tenants (case-sensitive). Default on Keycloak: all that the token may see.",
            metavar="TENANT",
            show_default=False,
        ),
    ] = None,
    *,
    platform: Platform,
    hostname: Hostname,
    base_path: BasePath = "",
    credentials: Credentials = "",
    format_: Annotated[
        str,
        _text("--format", "A Pulumi program, or a tenants.yaml of a fleet.", "python|fleet"),
    ] = "python",
    output: Annotated[
        str, _text("--output", "File to write. Default: standard output.", "FILE")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    as_json: AsJson = False,
    _password: Password = None,
) -> None:
    """Write a program that declares the mail settings that tenants have.

    Each secret becomes a reference to a variable, which is listed. Connection settings, such as
    SMTPCONFIG_TOKEN, come from environment variables.
    """
    from pulumi_smtpconfig.cli.export import command  # noqa: PLC0415 - --help is quick
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    properties = {
        "platform": platform,
        "hostname": hostname,
        "basePath": base_path,
        "credentials": credentials,
    }
    target = command.Target(format_, output, force)
    code = run(
        lambda: command.export(properties, tenants or [], target), command.BLANK, as_json=as_json
    )
    raise typer.Exit(code)


@app.command(context_settings=EXTRA_ARGUMENTS, epilog=explained())
def audit(  # noqa: PLR0913 - a parameter for each option, all by keyword
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help="A tenants.yaml, or the output of `pulumi stack export` as a .json file.",
            metavar="FILE",
            show_default=False,
        ),
    ] = "",
    *,
    stack: Annotated[
        str, _text("--stack", "A stack of the project in this folder, in place of FILE.", "NAME")
    ] = "",
    hostname: Annotated[
        str, _text("--hostname", "Host of a platform, in place of FILE.", "NAME")
    ] = "",
    platform: Annotated[
        str, _text("--platform", "The platform at --hostname.", "ssms|shift|keycloak")
    ] = "keycloak",
    tenant_ids: Annotated[
        list[str] | None,
        typer.Option(
            "--tenant-id",
            help="A tenant at --hostname; can be repeated. Default on Keycloak: all.",
            metavar="ID",
            show_default=False,
        ),
    ] = None,
    base_path: BasePath = "",
    credentials: Credentials = "",
    password_folder: Annotated[
        str, _text("--password-folder", "Folder of the password files that FILE names.", "FOLDER")
    ] = "",
    verify: Annotated[
        bool, typer.Option("--verify", help="Run an SMTP session for each server and login.")
    ] = False,
    dns: Annotated[
        bool, typer.Option("--dns", help="Look up MX, SPF and DMARC of the senders' domains.")
    ] = False,
    dns_server: Annotated[
        str,
        _text("--dns-server", "DNS server to ask. Default: this machine's.", "ADDRESS[:PORT]"),
    ] = "",
    html: Annotated[str, _text("--html", "Also write a page; replaces the file.", "FILE")] = "",
    show_all: Annotated[
        bool, typer.Option("--all", help="Also list the tenants without findings.")
    ] = False,
    fail_on: Annotated[
        str,
        _text(
            "--fail-on",
            "When to exit with 1: error, if a tenant is in danger or was not read; "
            "warning, also if one has warnings; never.",
            "error|warning|never",
        ),
    ] = "error",
    as_json: AsJson = False,
    _password: Password = None,
) -> None:
    """Tell whose mail is in danger: what is wrong with many tenants, worst first.

    Give FILE, --stack or --hostname. Nothing is changed, and no mail is sent. Connection
    settings, such as SMTPCONFIG_TOKEN, come from environment variables.
    """
    _refuse_arguments(context)
    from pulumi_smtpconfig.audit.auditor import Scope  # noqa: PLC0415 - --help is quick
    from pulumi_smtpconfig.cli.audit import command  # noqa: PLC0415 - likewise
    from pulumi_smtpconfig.cli.run import run  # noqa: PLC0415 - likewise

    properties = {
        "platform": platform,
        "hostname": hostname,
        "basePath": base_path,
        "credentials": credentials,
    }
    source = command.Source(file, stack, properties, tenant_ids or [], password_folder)
    scope = Scope(verify=verify, dns=dns, dns_server=dns_server)
    output = command.Output(html, fail_on, show_all)
    code = run(lambda: command.run_audit(source, scope, output), command.BLANK, as_json=as_json)
    raise typer.Exit(code)
