"""A tenant's live settings as the properties of a resource that declares exactly these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.cli.export.names import resource_name, variable
from pulumi_smtpconfig.cli.shown_settings import shown_settings
from pulumi_smtpconfig.lifecycle.checks import find_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lint.rules import VAULT
from pulumi_smtpconfig.platforms.encoding import OWN_KEYS, TEXT_KEYS, TOKEN_KEYS, as_text
from pulumi_smtpconfig.redaction import NOT_SHOWN
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, LOGIN_SECRETS, PASSWORD
from pulumi_smtpconfig.settings.models import SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pulumi_smtpconfig.interface import Reading, Sender
    from pulumi_smtpconfig.settings.login_secrets import LoginSecret

PREFIXES = {PASSWORD: "SMTP_PASSWORD_", CLIENT_SECRET: "SMTP_CLIENT_SECRET_"}
SECRET_KEYS = {secret.key for secret in LOGIN_SECRETS}
HIDDEN = (
    "{} is missing here, because what the platform has may contain a password or a token. Correct "
    "it on the platform, and change that secret."
)
QUERY = (
    "authTokenUrl has a query, which is declared as it is. If that holds a secret, give the URL to "
    "the program as one."
)


class ExportedTenant(NamedTuple):
    """A tenant with settings, as a program declares it.

    Attributes:
        name: The name of its resource, which is unique.
        properties: What it declares, by key in the state.
        remarks: What the first preview will say is wrong with a property, by its key.
        notes: What else there is to know.
        variables: The variables to fill, and the kind of secret that each is for.
    """

    tenant_id: str
    name: str
    properties: dict[str, Any]
    remarks: dict[str, list[str]]
    notes: list[str]
    variables: dict[str, LoginSecret]


def has_settings(reading: Reading) -> bool:
    """Return whether a tenant has more than switches and numbers."""
    return any(as_text(reading.content.get(key)) for key in TEXT_KEYS)


def export_tenant(
    tenant: Declaration, reading: Reading, sender: Sender, warn: Callable[[str], None]
) -> ExportedTenant:
    """Return what declares the live settings of a tenant, a reference in place of its secret.

    Args:
        tenant: The tenant and its credentials.
        reading: What it has.
        sender: What a check of the resource asks.
        warn: Shows the user a line.
    """
    live = reading.content
    settings, others = shown_settings(tenant, reading, warn)
    hidden = [key for key, value in settings.items() if value == NOT_SHOWN]
    tenant_id = tenant.tenant.tenant_id
    secret = _login_secret(tenant, live, settings)
    variables = {variable(PREFIXES[secret], tenant_id): secret} if secret else {}
    properties = {
        **tenant.tenant.stored(),
        **_declared(settings, hidden),
        **{kind.reference_key: f"env:{name}" for name, kind in variables.items()},
        **tenant.options.stored(),
    }
    declaration, problems = Declaration.parse(properties)
    problems += find_problems(declaration, sender)
    remarks: dict[str, list[str]] = {}
    for problem in problems:
        remarks.setdefault(problem.property, []).append(str(problem))
    notes = [HIDDEN.format(", ".join(hidden))] if hidden else []
    if secret and as_text(live.get(secret.key)).startswith(VAULT):
        notes += [f"The {secret.name} is a reference to Keycloak's vault: the variable holds that."]
    if "?" in str(properties.get("authTokenUrl", "")):
        notes += [QUERY]
    if not (hidden or problems):
        notes += _first_up(declaration.with_secret("known"), live)
    return ExportedTenant(
        tenant_id=tenant_id,
        name=resource_name(tenant_id),
        properties=properties,
        remarks=remarks,
        notes=[*notes, *_others(tenant, others)],
        variables=variables,
    )


def _declared(settings: Mapping[str, Any], hidden: Iterable[str]) -> dict[str, Any]:
    keys = [key for key in SmtpSettings.keys().values() if settings.get(key, "") != ""]
    return {key: settings[key] for key in keys if key not in hidden}


def _login_secret(
    tenant: Declaration, live: Mapping[str, Any], settings: Mapping[str, Any]
) -> LoginSecret | None:
    """Return the kind of secret that a tenant logs in with, if it does and may have one."""
    secret = CLIENT_SECRET if any(key in settings for key in TOKEN_KEYS) else PASSWORD
    is_there = bool(live.get(secret.key)) or not tenant.platform.shows_secrets
    return secret if "user" in settings and is_there else None


def _first_up(declaration: Declaration, live: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the first up changes although it declares what is in effect."""
    platform = declaration.platform
    wire = platform.encode(declaration.settings)
    gone = sorted(OWN_KEYS - wire.keys()) if platform.merges else []
    keys = [key for key in (*wire, *gone) if key not in SECRET_KEYS]
    pairs = {key: (as_text(live.get(key)), wire.get(key, "")) for key in keys}
    if added := [key for key, (old, new) in pairs.items() if new and not old]:
        yield f"The first up adds the values that are in effect without them: {', '.join(added)}."
    if removed := [
        *(key for key, (old, new) in pairs.items() if old and not new),
        *(
            secret.key
            for secret in LOGIN_SECRETS
            if live.get(secret.key) and not wire.get(secret.key)
        ),
    ]:
        yield f"The first up removes what is there and not in effect: {', '.join(removed)}."
    if rewritten := [key for key, (old, new) in pairs.items() if old and new and old != new]:
        yield f"The first up writes the same values in another form: {', '.join(rewritten)}."


def _others(tenant: Declaration, others: list[str]) -> Iterator[str]:
    if others:
        fate = (
            "it keeps them" if tenant.platform.merges else "no document says whether it keeps them"
        )
        yield f"The platform has other keys there, and {fate}: {', '.join(others)}."
