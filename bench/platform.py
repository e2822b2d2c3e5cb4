"""The emulator in a process of its own, and how fast it is."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections import Counter
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from typing import TYPE_CHECKING

from bench.tenants import HOSTNAME, body
from pulumi_smtpconfig.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECTIONS, REQUESTS = 16, 400
"""For throughput: how many connections, and how many requests on each."""


class Platform:
    """An emulator as other processes see it."""

    def __init__(self) -> None:
        self._emulator = Emulator(token_lifetime=3600, keep_requests=1_000_000)
        self._emulator.__enter__()

    def variables(self, *, oauth: bool = False) -> dict[str, str]:
        """Return what leads the provider here: with a token, or with a client that gets tokens."""
        variables = dict(self._emulator.environment)
        if oauth:
            del variables["SMTPCONFIG_TOKEN"]
            variables["SMTPCONFIG_CLIENT_ID"] = self._emulator.client_id
            variables["SMTPCONFIG_CLIENT_SECRET"] = self._emulator.client_secret
        return variables

    def reset(self, latency: float) -> None:
        """Forget all tenants, and wait so many seconds before each answer."""
        self._emulator.tenants.clear()
        self._emulator.latency = latency

    def fill(self, tenants: Mapping[str, dict[str, str]]) -> None:
        """Let tenants have these settings."""
        self._emulator.tenants.update(tenants)

    def requests(self) -> dict[str, int]:
        """Count the requests since the last call: for mail settings and for tokens."""
        targets = [request.target for request in self._emulator.requests]
        self._emulator.requests.clear()
        return dict(Counter("token" if to.endswith("/token") else "mail" for to in targets))


class _Manager(BaseManager):
    pass


_Manager.register("Platform", Platform)


@contextmanager
def running_platform() -> Iterator[Platform]:
    """Run a platform, so that its work is not counted as a client's."""
    with _Manager(ctx=get_context("spawn")) as manager:
        yield manager.Platform()  # type: ignore[attr-defined]  # from register()


def throughput(variables: Mapping[str, str]) -> float:
    """Return how many requests a second the emulator answers, without a client's overhead."""
    return asyncio.run(_throughput(variables))


async def _throughput(variables: Mapping[str, str]) -> float:
    tls = ssl.create_default_context(cafile=variables["SMTPCONFIG_CA_BUNDLE"])
    host, _, port = variables["SMTPCONFIG_CONNECT_TO"].rpartition(":")
    connections = [
        await asyncio.open_connection(host, int(port), ssl=tls, server_hostname=HOSTNAME)
        for _ in range(CONNECTIONS)
    ]
    content = json.dumps(body("acme"))
    request = (
        f"POST /auth/realms/acme/mail/setup HTTP/1.1\r\nHost: {HOSTNAME}\r\n"
        f"Authorization: Bearer {variables['SMTPCONFIG_TOKEN']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n{content}"
    ).encode()
    started = time.perf_counter()
    await asyncio.gather(*(_send(reader, writer, request) for reader, writer in connections))
    seconds = time.perf_counter() - started
    for _, writer in connections:
        writer.close()
    return CONNECTIONS * REQUESTS / seconds


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    for _ in range(REQUESTS):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200 "):
            raise RuntimeError(f"The emulator answered {head.decode()!r}.")
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
