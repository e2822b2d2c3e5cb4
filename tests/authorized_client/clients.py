"""Connections to the emulator, and requests as a lifecycle makes them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.emulator import Emulator
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
    """Return the request that sends the settings of a tenant, by default on idp.example.com."""
    tenant = {"platform": platform, "hostname": "idp.example.com", "tenantId": tenant_id}
    declaration, problems = Declaration.parse(tenant | SETTINGS | properties)
    assert not problems
    return declaration.write_request({})


def open_client(
    emulator: Emulator,
    settings: Mapping[str, object],
    warn: Callable[[str], None] = lambda _: None,
) -> AbstractContextManager[AuthorizedClient]:
    """Open a client with these settings of the stack; it tries once unless they differ."""
    here = {"connectTo": emulator.address, "caBundle": str(emulator.ca_bundle), "retries": "0"}
    return closing(AuthorizedClient(stack_config(**{**here, **settings}), warn))


def send(emulator: Emulator, request: Request, **settings: object) -> dict[str, Any]:
    """Send a request through its own client, by default with the emulator's token."""
    with open_client(emulator, {"token": emulator.token, **settings}) as client:
        return client.send(request)


def client_credentials(emulator: Emulator) -> dict[str, str]:
    """Return the settings of the emulator's OAuth2 client."""
    return {"clientId": emulator.client_id, "clientSecret": emulator.client_secret}


def kinds(emulator: Emulator) -> list[str]:
    """Return the kind of each request that the emulator received."""
    return ["token" if r.path.endswith("/token") else "mail" for r in emulator.requests]
