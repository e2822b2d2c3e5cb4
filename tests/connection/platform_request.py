"""What a lifecycle would ask to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lifecycle.declaration import Declaration

if TYPE_CHECKING:
    from pulumi_smtpconfig.interface import Request

SETTINGS = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "user": "acme",
    "password": "hunter22",
}


def platform_request(
    platform: str = "shift", tenant_id: str = "acme", **properties: str
) -> Request:
    """Return the request for a tenant of idp.example.com, or of another `hostname`."""
    tenant = {"platform": platform, "hostname": "idp.example.com", "tenantId": tenant_id}
    declaration, problems = Declaration.parse(tenant | SETTINGS | properties)
    assert not problems
    return declaration.write_request({})
