"""`smtpconfig show`: what a platform holds for a tenant, and never a password."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.cli.exit_codes import FINE, NOT_TOLD, WRONG_USAGE
from pulumi_smtpconfig.cli.output import print_warning, talking_to
from pulumi_smtpconfig.cli.run import OptionsFirst, Outcome, Rows
from pulumi_smtpconfig.connection import Connection
from pulumi_smtpconfig.errors import ConfigurationError, error_context
from pulumi_smtpconfig.lifecycle.checks import find_platform_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings
from pulumi_smtpconfig.platforms.smtp_server import other_keys
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.problems import Problem

BLANK: dict[str, Any] = {"settings": None, "hasPassword": None, "otherKeys": []}
HELD, NOT_HELD, HIDDEN = "(not shown)", "(not set)", "(not shown: it holds the password)"


def show(properties: Mapping[str, object]) -> Outcome:
    """Read the live settings of a tenant, given as a program names it."""
    declared, problems = _declared(properties)
    if problems:
        reasons = "\n  ".join(map(str, problems))
        error = ConfigurationError(reasons, "correct these options; nothing was asked.")
        return Outcome(WRONG_USAGE, BLANK, error=error)
    with error_context(f"{declared.title}: reading its mail settings failed."):
        live = _live(declared)
        return _unread(declared) if live is None else _told(declared, live)


def _declared(properties: Mapping[str, object]) -> tuple[Declaration, list[Problem]]:
    """Parse which tenant it is; what it is to have is not asked here."""
    tenant, problems = parse(Tenant, properties)
    options, more = parse(Options, properties)
    declared = Declaration(tenant, parse(SmtpSettings, {})[0], options)
    return declared, [*problems, *more, *find_platform_problems(declared)]


def _live(declared: Declaration) -> Mapping[str, Any] | None:
    config = OptionsFirst()
    if not declared.read_request(Connection(config, print_warning).setting):
        return None
    with (
        talking_to(declared.tenant.hostname) as warn,
        closing(Connection(config, warn)) as connection,
    ):
        return LiveSettings(connection, warn).fetch(declared)


def _told(declared: Declaration, live: Mapping[str, Any]) -> Outcome:
    password = _password(live)
    settings = _masked(declared.platform.decode(live) if live else {}, password)
    others = sorted(other_keys(live))
    document = {"settings": settings, "hasPassword": bool(password), "otherKeys": others}
    if not live:
        return Outcome(FINE, document, Rows(f"{declared.title} has no mail settings."))
    rows = [(key, _text(value)) for key, value in settings.items()]
    rows += [("password", HELD if password else NOT_HELD)]
    rows += [(key, "(another setting, not shown)") for key in others]
    title = f"{declared.title} has these mail settings."
    return Outcome(FINE, document, Rows(title, ("setting", "value"), rows))


def _masked(settings: Mapping[str, Any], password: str) -> dict[str, Any]:
    """Hide a value that holds the password, should a platform show it in clear."""
    told = password.strip("*")
    return {key: HIDDEN if told and told in _text(x) else x for key, x in settings.items()}


def _password(live: Mapping[str, Any]) -> str:
    return _text(live.get("password") or "")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unread(declared: Declaration) -> Outcome:
    platform = declared.platform
    error = ConfigurationError(
        f"The mail settings on {platform.title} are not read.", f"{platform.enable_reading}."
    )
    return Outcome(NOT_TOLD, BLANK, error=error)
