"""`smtpconfig show`: the mail settings of a tenant, without secrets."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import EXIT_OK, EXIT_UNAVAILABLE
from pulumi_smtpconfig.cli.output import connecting_to, print_warning
from pulumi_smtpconfig.cli.run import CommandConfig, Outcome, Report, invalid_options
from pulumi_smtpconfig.errors import ConfigurationError, error_context
from pulumi_smtpconfig.lifecycle.checks import find_platform_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings
from pulumi_smtpconfig.platforms.encoding import as_text, other_keys
from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

BLANK: dict[str, Any] = {"settings": None, "hasPassword": None, "otherKeys": []}


def show(properties: Mapping[str, object]) -> Outcome:
    """Read the mail settings of a tenant.

    Args:
        properties: The tenant and its credentials, by the keys of a Pulumi program.
    """
    tenant, problems = parse(Tenant, properties)
    options, more = parse(Options, properties)
    declaration = Declaration(tenant, parse(SmtpSettings, {})[0], options)
    problems += [*more, *find_platform_problems(declaration)]
    if problems:
        return invalid_options(problems, BLANK)
    with error_context(f"{declaration.title}: could not read the mail settings."):
        live, secrets = _read(declaration)
        return _not_enabled(declaration) if live is None else _outcome(declaration, live, secrets)


def _read(declaration: Declaration) -> tuple[Mapping[str, Any] | None, set[str]]:
    """Return the live settings, and the secrets that were used to read them."""
    config = CommandConfig()
    if not declaration.read_request(AuthorizedClient(config, print_warning).setting):
        return None, set()
    with (
        connecting_to(declaration.tenant.hostname) as warn,
        closing(AuthorizedClient(config, warn)) as client,
    ):
        return LiveSettings(client, warn).fetch(declaration), client.secrets


def _not_enabled(declaration: Declaration) -> Outcome:
    platform = declaration.platform
    happened = f"Reading mail settings from {platform.title} is not enabled."
    error = ConfigurationError(happened, f"{platform.enable_reading}.")
    return Outcome(EXIT_UNAVAILABLE, BLANK, error=error)


def _outcome(declaration: Declaration, live: Mapping[str, Any], secrets: set[str]) -> Outcome:
    password = as_text(live.get("password") or "")
    settings = _masked(
        declaration.platform.decode(live) if live else {}, {*secrets, password.strip("*")}
    )
    others = sorted(other_keys(live))
    if contains_secret(" ".join(others), secrets):  # one search, however many keys there are
        others = [NOT_SHOWN]
    document = {"settings": settings, "hasPassword": bool(password), "otherKeys": others}
    if not live:
        return Outcome(EXIT_OK, document, Report(f"{declaration.title} has no mail settings."))
    rows = [(key, as_text(value)) for key, value in settings.items()]
    rows += [("password", "(set, not shown)" if password else "(not set)")]
    rows += [(key, "(other key, not shown)") for key in others]
    title = f"{declaration.title} has these mail settings:"
    return Outcome(EXIT_OK, document, Report(title, ("setting", "value"), rows))


def _masked(settings: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Hide a value that contains a secret, such as a password that the platform does not mask."""
    return {
        key: NOT_SHOWN if contains_secret(as_text(value), secrets) else value
        for key, value in settings.items()
    }
