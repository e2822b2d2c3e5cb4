"""`smtpconfig show`: the mail settings of a tenant, without secrets."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import EXIT_OK
from pulumi_smtpconfig.cli.output import connecting_to, print_warning
from pulumi_smtpconfig.cli.run import CommandConfig, Outcome, Report, invalid_options, not_enabled
from pulumi_smtpconfig.cli.shown_settings import shown_settings
from pulumi_smtpconfig.errors import error_context
from pulumi_smtpconfig.lifecycle.checks import find_platform_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings
from pulumi_smtpconfig.platforms.encoding import as_text
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, LOGIN_SECRETS, PASSWORD
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.interface import Reading

BLANK: dict[str, Any] = {
    "settings": None,
    "hasPassword": None,
    "hasClientSecret": None,
    "otherKeys": [],
}
SET = "(set, not shown)"


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
        reading = _read(declaration)
        return _outcome(declaration, reading) if reading else not_enabled(declaration, BLANK)


def _read(declaration: Declaration) -> Reading | None:
    """Return the live settings, or None if reading is off."""
    config = CommandConfig()
    if not declaration.read_request(AuthorizedClient(config, print_warning).setting):
        return None
    with (
        connecting_to(declaration.tenant.hostname) as warn,
        closing(AuthorizedClient(config, warn)) as client,
    ):
        return LiveSettings(client, warn).fetch(declaration)


def _outcome(declaration: Declaration, reading: Reading) -> Outcome:
    live = reading.content
    has_password, has_client_secret = (bool(live.get(secret.key)) for secret in LOGIN_SECRETS)
    settings, others = shown_settings(declaration, reading)
    document = {
        "settings": settings,
        "hasPassword": has_password,
        "hasClientSecret": has_client_secret,
        "otherKeys": others,
    }
    if not live:
        return Outcome(EXIT_OK, document, Report(f"{declaration.title} has no mail settings."))
    rows = [(key, as_text(value)) for key, value in settings.items()]
    rows += [(PASSWORD.key, SET if has_password else "(not set)")]
    rows += [(CLIENT_SECRET.key, SET)] if has_client_secret else []
    rows += [(key, "(other key, not shown)") for key in others]
    title = f"{declaration.title} has these mail settings:"
    return Outcome(EXIT_OK, document, Report(title, ("setting", "value"), rows))
