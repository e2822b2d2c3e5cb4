"""The PostgreSQL of the tests, real: it leaves nothing behind, however its user ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tools.postgres import Postgres

CHECKOUT = Path(__file__).parents[2]
USER = """
from tools.postgres import Postgres
with Postgres() as postgres:
    print(postgres.url, flush=True)
    input()
"""


def answers(url: str) -> bool:
    """Tell whether something listens there."""
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((str(parts.hostname), int(parts.port or 0))) == 0


def folders() -> set[Path]:
    """Return the folders of all servers that run or were left behind."""
    return set(Path(tempfile.gettempdir()).glob("postgres-*"))


def test_it_is_gone_when_the_context_ends() -> None:
    """Its address answers no more, and its URL never held the password."""
    with Postgres() as postgres:
        assert answers(postgres.url)
        assert postgres.environment["PGPASSWORD"] not in postgres.url
    assert not answers(postgres.url)


def test_it_is_gone_when_its_user_is_killed() -> None:
    """A killed test run leaves no server behind, and no folder of it."""
    before = folders()
    command = [sys.executable, "-c", USER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as user:
        assert user.stdout is not None
        url = user.stdout.readline().strip()
        assert answers(url)
        user.kill()
    end = time.monotonic() + 10
    while answers(url) or folders() - before:
        if time.monotonic() > end:
            pytest.fail(f"{url} is not gone, or its folder")
        time.sleep(0.05)
