"""A plain client: its time is the network's and the emulator's.

`python -m bench.client OPERATION TENANTS CONNECTIONS` reads the provider's variables.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys

import httpx

from bench.tenants import HOSTNAME, body, tenants


async def send_all(operation: str, count: int, connections: int) -> None:
    """Send or read the settings of so many tenants; raise if an answer is not a 2xx."""
    remaining = iter(tenants(count))
    async with httpx.AsyncClient(
        base_url=f"https://{os.environ['SMTPCONFIG_CONNECT_TO']}",
        headers={"Host": HOSTNAME, "Authorization": f"Bearer {os.environ['SMTPCONFIG_TOKEN']}"},
        verify=ssl.create_default_context(cafile=os.environ["SMTPCONFIG_CA_BUNDLE"]),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        timeout=60,
        trust_env=False,
    ) as client:

        async def work() -> None:
            for tenant in remaining:
                (await client.send(_request(client, operation, tenant))).raise_for_status()

        await asyncio.gather(*(work() for _ in range(connections)))


def _request(client: httpx.AsyncClient, operation: str, tenant: str) -> httpx.Request:
    tls = {"sni_hostname": HOSTNAME}
    if operation == "refresh":
        return client.build_request("GET", f"/auth/admin/realms/{tenant}", extensions=tls)
    path = f"/auth/realms/{tenant}/mail/setup"
    return client.build_request("POST", path, json=body(tenant), extensions=tls)


if __name__ == "__main__":
    asyncio.run(send_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
