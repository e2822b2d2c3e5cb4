"""A plain concurrent client without an engine, which shows what the network costs by itself.

`python -m bench.client OPERATION TENANTS CONNECTIONS`, with the provider's own variables.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys

import httpx

from bench.tenants import HOSTNAME, body, tenant

METHODS = {"up": "POST", "refresh": "GET"}
PATHS = {"up": "/auth/realms/{}/mail/setup", "refresh": "/auth/admin/realms/{}"}


PATIENCE = 60.0
"""Seconds for one request."""


async def send_all(operation: str, size: int, connections: int) -> None:
    """Send one request for each tenant; raise unless every one is answered with a 2xx."""
    tenants = iter(range(size))
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(
        base_url=f"https://{os.environ['SMTPCONFIG_CONNECT_TO']}",
        headers={"Host": HOSTNAME, "Authorization": f"Bearer {os.environ['SMTPCONFIG_TOKEN']}"},
        verify=ssl.create_default_context(cafile=os.environ["SMTPCONFIG_CA_BUNDLE"]),
        limits=limits,
        timeout=PATIENCE,
        trust_env=False,
    ) as client:

        async def work() -> None:
            for number in tenants:
                await _send(client, operation, tenant(number))

        await asyncio.gather(*(work() for _ in range(connections)))


async def _send(client: httpx.AsyncClient, operation: str, tenant_id: str) -> None:
    answer = await client.request(
        METHODS[operation],
        PATHS[operation].format(tenant_id),
        json=body(tenant_id) if operation == "up" else None,
        extensions={"sni_hostname": HOSTNAME},
    )
    answer.raise_for_status()


def main() -> None:
    """Do what the command line says."""
    operation, size, connections = sys.argv[1:]
    asyncio.run(send_all(operation, int(size), int(connections)))


if __name__ == "__main__":
    main()
