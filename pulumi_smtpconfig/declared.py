"""A resource as a program declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.inputs import Problem, parse
from pulumi_smtpconfig.options import Options
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.request import Request
from pulumi_smtpconfig.settings import SmtpSettings
from pulumi_smtpconfig.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping


class Declared(NamedTuple):
    """A resource as a program declares it, parsed; in a preview parts of it may be `UNKNOWN`."""

    tenant: Tenant
    settings: SmtpSettings
    options: Options

    def stored(self) -> dict[str, Any]:
        """Return the canonical form that the state keeps."""
        return self.tenant.stored() | self.settings.stored() | self.options.stored()

    def request(self) -> Request:
        """Return what sends the settings, with all that is cleared."""
        tenant, settings, options = self
        platform = PLATFORMS[tenant.platform]
        return Request(
            method="POST",
            url=platform.endpoint(tenant),
            body=platform.encode(settings),
            secrets=(settings.password.get_secret_value(),),
            hostname=tenant.hostname,
            tenant_id=tenant.tenant_id,
            credentials=options.credentials,
            token_url=platform.token_url,
        )


def declared_in(properties: Mapping[str, object]) -> tuple[Declared, list[Problem]]:
    """Parse all properties of a resource, and say everything that is wrong with them."""
    tenant, problems = parse(Tenant, properties)
    settings, more = parse(SmtpSettings, properties)
    options, most = parse(Options, properties)
    return Declared(tenant, settings, options), [*problems, *more, *most]
