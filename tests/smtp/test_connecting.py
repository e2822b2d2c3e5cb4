"""A host's addresses are tried in turn, within one deadline, and Ctrl-C ends all waits."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.smtp.connect import Address, Deadline, NotReached, connect, look_up
from tests.smtp.asked import PATIENCE
from tests.smtp.scripted_server import Act, scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITING = """
import sys
from pulumi_smtpconfig.interface import Verification
from pulumi_smtpconfig.smtp.verify import verify
from pulumi_smtpconfig.tls import Trust
print("begins", flush=True)
verify(Verification("127.0.0.1", int(sys.argv[1]), False, True, "", "", "a@b.de"), Trust(None), 600)
"""

HANGING = """
import socket, threading
from pulumi_smtpconfig.smtp.connect import Deadline, look_up
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
look_up("smtp.acme.example", 587, Deadline(0.2))
"""
"""What the operating system does where its name server is silent cannot be had otherwise."""


def address(name: str, port: int) -> Address:
    """Return an address as the operating system has it."""
    return Address(socket.AF_INET, (name, port))


@pytest.fixture
def listening() -> Iterator[int]:
    """Listen at a port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def full() -> Iterator[int]:
    """Listen at a port whose queue is full, so that it answers nobody."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(("127.0.0.1", port))
        yield port
        for each in waiting:
            each.close()


def test_a_host_is_known_by_all_of_its_addresses() -> None:
    """Each once, best first."""
    found = look_up("localhost", 25, Deadline(PATIENCE))
    assert "127.0.0.1" in [each.name for each in found]
    assert len(found) == len(set(found))


def test_an_address_that_refuses_is_followed_by_the_next(listening: int) -> None:
    """One that works is enough."""
    addresses = [address("127.0.0.2", 1), address("127.0.0.1", listening)]
    with closing(connect(addresses, Deadline(PATIENCE))) as connection:
        assert connection.getpeername() == ("127.0.0.1", listening)


def test_an_address_that_is_silent_has_its_share_of_the_time(listening: int, full: int) -> None:
    """A network that drops IPv6 does not keep IPv4 from being tried."""
    addresses = [address("127.0.0.1", full), address("127.0.0.1", listening)]
    begin = time.monotonic()
    with closing(connect(addresses, Deadline(2))) as connection:
        assert connection.getpeername() == ("127.0.0.1", listening)
    assert time.monotonic() - begin > 0.9


def test_where_no_address_answers_each_says_why(full: int) -> None:
    """The error names all that were tried."""
    addresses = [address("127.0.0.2", 1), address("127.0.0.1", full)]
    with pytest.raises(NotReached, match=r"127\.0\.0\.2: Connection refused; 127\.0\.0\.1: no ans"):
        connect(addresses, Deadline(0.5))


@pytest.mark.parametrize("seconds", [0, -1])
def test_after_the_deadline_nothing_is_waited_for(seconds: float) -> None:
    """What comes too late is not begun."""
    with pytest.raises(TimeoutError):
        look_up("localhost", 25, Deadline(seconds))


def test_a_look_up_that_hangs_keeps_no_process() -> None:
    """Nothing can end it, so nothing waits for it either, not even the end of the program."""
    command = [sys.executable, "-c", HANGING]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.stderr.splitlines()[-1] == "TimeoutError"


def test_ctrl_c_ends_a_wait_at_once() -> None:
    """Nothing is left that keeps the process."""
    with scripted_server(Act.SILENCE) as server:
        command = [sys.executable, "-c", WAITING, str(server.port)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdout.readline()
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in said
    assert "NotVerified" not in said
