from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil

from tests.emulator.requests import exchange_all, http
from tests.emulator.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = os.environ.get("SMTPCONFIG_CAMPAIGN_SEED", "4")
REQUESTS = int(os.environ.get("SMTPCONFIG_CAMPAIGN_REQUESTS", "2000"))
BATCH = 100
WARM_UP = 15
"""Batches of large requests, more than the emulator keeps."""
MOST_GROWTH = 100
"""MiB; 10,000 tenants and 1,024 certificates take less."""


LARGE = (b"/", b"X: " + b"x" * 12_000, b"x" * 65_536)


def tenant(token: str, realm: str) -> tuple[bytes, bytes, bytes]:
    """Return path, headers and body of a request that stores the settings of a tenant."""
    headers = f"Content-Type: application/json\r\nAuthorization: Bearer {token}"
    body = b'{"host": "smtp.example.com", "from": "a@example.com", "password": "secret"}'
    return f"/auth/realms/{realm}/mail/setup".encode(), headers.encode(), body


def test_its_memory_stays_bounded(record_property: Callable[[str, object], None]) -> None:
    """Once its list of requests is full, more of them, new tenants and new names add little."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, and guards nothing
    with ThreadPoolExecutor() as pool, terminal() as (process, environment):
        assert process.stdout
        pool.submit(process.stdout.read)
        memory = psutil.Process(process.pid).memory_info

        def send(requests: list[tuple[bytes, bytes, bytes]]) -> None:
            name = f"{chance.getrandbits(64):x}.example.com"
            sent = [
                http(b"POST", path, headers, host=name.encode(), body=body, connection=b"x")
                for path, headers, body in requests
            ]
            assert set(exchange_all(environment, name, sent)) <= {200, 400, 404}

        for _ in range(WARM_UP):
            send([LARGE] * BATCH)
        before = memory().rss
        for _ in range(REQUESTS // BATCH):
            realms = [f"{chance.getrandbits(64):x}" for _ in range(BATCH)]
            tenants = [tenant(environment["SMTPCONFIG_TOKEN"], realm) for realm in realms]
            send([chance.choice([each, LARGE]) for each in tenants])
        growth = (memory().rss - before) / 2**20
    record_property(
        "note",
        f"the emulator had {before / 2**20:.0f} MiB after {WARM_UP * BATCH:,} large requests; "
        f"{REQUESTS:,} more, half of them for new tenants, added {growth:.0f} MiB",
    )
    assert growth < MOST_GROWTH
