"""Everything that is wrong with a resource beyond the types of its properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lifecycle.passwords import VAULT_IS_KEYCLOAKS, needs_vault
from pulumi_smtpconfig.lint.engine import find_errors
from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.settings.models import CLEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration


def platform_problems(declared: Declaration) -> Iterator[Problem]:
    """Yield a problem for each property that does not fit the platform, once both are known."""
    tenant, options = declared.tenant, declared.options
    reads: list[object] = [tenant.platform]
    if UNKNOWN in reads:
        return
    platform = declared.platform
    reason = "" if _is_unknown(tenant.tenant_id) else platform.tenant_reason(tenant.tenant_id)
    if reason:
        yield Problem("tenantId", reason)
    if tenant.base_path and not _is_unknown(tenant.base_path) and not platform.has_base_path:
        yield Problem("basePath", f"is for Keycloak; the paths of {platform.title} are fixed")
    if options.on_delete == CLEAR and platform.clear is None:
        yield Problem("onDelete", f'must be "retain": {platform.title} offers no way to clear')


def _is_unknown(value: object) -> bool:
    return value is UNKNOWN


def problems_of(declared: Declaration, sender: Sender) -> Iterator[Problem]:
    """Yield each problem that is known, as soon as the values which it is about are."""
    yield from platform_problems(declared)
    yield from find_errors(declared.stored())
    yield from _two_passwords(declared)
    yield from _vault(declared)
    yield from _credentials(declared, sender)


def _two_passwords(declared: Declaration) -> Iterator[Problem]:
    both: list[object] = [declared.settings.password, declared.options.password_from]
    if UNKNOWN not in both and all(both):
        yield Problem("passwordFrom", "stands in place of password; give one of them")


def _vault(declared: Declaration) -> Iterator[Problem]:
    both: list[object] = [declared.settings.password, declared.options.verify]
    if UNKNOWN not in both and needs_vault(declared):
        yield Problem("password", VAULT_IS_KEYCLOAKS)


def _credentials(declared: Declaration, sender: Sender) -> Iterator[Problem]:
    name, hostname = declared.options.credentials, declared.tenant.hostname
    reads: list[object] = [name, hostname]
    reason = "" if UNKNOWN in reads else sender.problem(name, hostname)
    if reason:
        yield Problem("credentials", reason)
