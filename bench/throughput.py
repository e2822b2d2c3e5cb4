"""How many requests a second the emulator answers, asked by a client that hardly costs anything."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from typing import TYPE_CHECKING

from bench.tenants import HOSTNAME, body

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTIONS = 16
REQUESTS = 400
"""On each connection."""

LENGTH = b"content-length: "
OK = b"HTTP/1.1 200 "


def requests_per_second(environment: Mapping[str, str]) -> float:
    """Send settings over connections that are open already, and return how many were answered."""
    return asyncio.run(_measured(environment))


async def _measured(environment: Mapping[str, str]) -> float:
    context = ssl.create_default_context(cafile=environment["SMTPCONFIG_CA_BUNDLE"])
    host, _, port = environment["SMTPCONFIG_CONNECT_TO"].rpartition(":")
    opened = [
        await asyncio.open_connection(host, int(port), ssl=context, server_hostname=HOSTNAME)
        for _ in range(CONNECTIONS)
    ]
    request = _request(environment["SMTPCONFIG_TOKEN"])
    started = time.perf_counter()
    await asyncio.gather(*(_ask(reader, writer, request) for reader, writer in opened))
    seconds = time.perf_counter() - started
    for _, writer in opened:
        writer.close()
    return CONNECTIONS * REQUESTS / seconds


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    for _ in range(REQUESTS):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(OK):
            raise RuntimeError(f"The emulator answered {head.splitlines()[0]!r}.")
        await reader.readexactly(int(head.lower().partition(LENGTH)[2].splitlines()[0]))


def _request(token: str) -> bytes:
    content = json.dumps(body("acme"))
    lines = [
        "POST /auth/realms/acme/mail/setup HTTP/1.1",
        f"Host: {HOSTNAME}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    return "\r\n".join([*lines, "", content]).encode()
