"""Everything that is wrong with a resource beyond the types of its properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.passwords import VAULT_IS_KEYCLOAKS, needs_vault
from pulumi_smtpconfig.lint.linter import find_errors
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.settings.choices import CLEAR, PLATFORM
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_smtpconfig.interface import Sender

OWN_SETTINGS: frozenset[str] = frozenset().union(*(row.own_settings for row in PLATFORMS.values()))


def parse_checked(
    properties: Mapping[str, object], sender: Sender
) -> tuple[Declaration, list[Problem]]:
    """Parse all properties of a resource, and return everything that is wrong with it."""
    declaration, problems = Declaration.parse(properties)
    return declaration, [*problems, *find_problems(declaration, sender)]


def find_problems(declaration: Declaration, sender: Sender) -> Iterator[Problem]:
    """Yield each problem, as soon as the values that it depends on are known."""
    yield from find_platform_problems(declaration)
    yield from find_errors(declaration.stored(), declaration.silenced)
    yield from _two_secrets(declaration)
    yield from _vault(declaration)
    yield from _credentials(declaration, sender)


def find_platform_problems(declaration: Declaration) -> Iterator[Problem]:
    """Yield a problem for each property that the platform does not support."""
    tenant, options = declaration.tenant, declaration.options
    if not _are_known(tenant.platform):
        return
    platform = declaration.platform
    if _are_known(tenant.tenant_id) and (reason := platform.tenant_reason(tenant.tenant_id)):
        yield Problem("tenantId", reason)
    if _are_known(tenant.base_path) and tenant.base_path and not platform.has_base_path:
        yield Problem("basePath", f"is for Keycloak; the paths of {platform.title} are fixed")
    if options.on_delete == CLEAR and platform.clear is None:
        yield Problem("onDelete", f'must be "retain": {platform.title} offers no way to clear')
    tries = options.verify == PLATFORM and _are_known(tenant.tenant_id)
    if tries and not platform.test_url(tenant):
        yield Problem("verify", f'cannot be "platform": {platform.title} offers no way to try them')
    given = declaration.settings.stored() | declaration.options.stored()
    for key in sorted(OWN_SETTINGS - platform.own_settings):
        if key in given:
            yield Problem(key, f"is for Keycloak; {platform.title} documents no such setting")


def find_destination_problems(
    declaration: Declaration, problems: Iterable[Problem]
) -> Iterator[Problem]:
    """Yield what keeps the requests of a state from being sent: somebody may have edited it.

    Args:
        declaration: The parsed state.
        problems: What was wrong with it when it was parsed.
    """
    needed = {*Tenant.keys().values(), "credentials"}
    every = [*problems, *find_platform_problems(declaration)]
    yield from (problem for problem in every if problem.property in needed)


def _two_secrets(declaration: Declaration) -> Iterator[Problem]:
    for secret in LOGIN_SECRETS:
        plain: object = secret.plain(declaration.settings)
        reference: object = secret.reference(declaration.options)
        if _are_known(plain, reference) and plain and reference:
            yield Problem(secret.reference_key, f"replaces {secret.key}; give only one of them")


def _vault(declaration: Declaration) -> Iterator[Problem]:
    secret = declaration.login_secret
    both: list[object] = [secret.plain(declaration.settings), declaration.options.verify]
    if _are_known(*both) and needs_vault(declaration):
        yield Problem(secret.key, VAULT_IS_KEYCLOAKS)


def _credentials(declaration: Declaration, sender: Sender) -> Iterator[Problem]:
    name = declaration.options.credentials
    requests = declaration.requests(sender.setting) if _has_valid_tenant(declaration) else []
    if _are_known(name) and (reason := sender.problem(name, requests)):
        yield Problem("credentials", declaration.without_secrets(reason))


def _has_valid_tenant(declaration: Declaration) -> bool:
    tenant = declaration.tenant
    parts: list[object] = [tenant.platform, tenant.hostname, tenant.base_path, tenant.tenant_id]
    return _are_known(*parts) and not any(find_platform_problems(declaration))


def _are_known(*values: object) -> bool:
    return UNKNOWN not in values
