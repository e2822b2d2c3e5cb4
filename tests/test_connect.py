"""The addresses of a host are tried in turn before one deadline, and Ctrl-C ends every wait."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.connect import Address, Deadline, Unreachable, connect, look_up
from tests.smtp.scripted_server import Act, scripted_server
from tests.smtp.verifying import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_FOR_REPLY = """
import sys
from pulumi_smtpconfig.interface import Verification
from pulumi_smtpconfig.smtp.stages import Services
from pulumi_smtpconfig.smtp.verifier import Verifier
from pulumi_smtpconfig.tls import Trust
print("begins", flush=True)
settings = Verification("127.0.0.1", int(sys.argv[1]), False, True, "", "", "a@b.de")
Verifier(Services(Trust(), None, {}), 600).verify(settings)
"""

WAIT_FOR_LOOK_UP = """
import socket, threading
from pulumi_smtpconfig.connect import Deadline, look_up
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
look_up("smtp.acme.example", 587, Deadline(0.2))
"""
"""getaddrinfo is replaced, as a silent name server cannot be had in a test."""


def address(ip: str, port: int) -> Address:
    """Return an IPv4 address."""
    return Address(socket.AF_INET, (ip, port))


@pytest.fixture
def listening() -> Iterator[int]:
    """A port of 127.0.0.1 that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """A port of 127.0.0.1 that does not answer, because its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(("127.0.0.1", port))
        yield port
        for each in waiting:
            each.close()


def test_a_look_up_returns_each_address_once() -> None:
    """The operating system may list one several times."""
    found = look_up("localhost", 25, Deadline(PATIENCE))
    assert "127.0.0.1" in [each.ip for each in found]
    assert len(found) == len(set(found))


def test_after_an_address_that_refuses_the_next_is_tried(listening: int) -> None:
    """One address that works is enough."""
    addresses = [address("127.0.0.2", 1), address("127.0.0.1", listening)]
    with closing(connect(addresses, Deadline(PATIENCE))) as connection:
        assert connection.getpeername() == ("127.0.0.1", listening)


def test_a_silent_address_uses_only_its_share_of_the_time(listening: int, silent: int) -> None:
    """IPv4 is tried even if the network drops IPv6."""
    addresses = [address("127.0.0.1", silent), address("127.0.0.1", listening)]
    begin = time.monotonic()
    with closing(connect(addresses, Deadline(2))) as connection:
        assert connection.getpeername() == ("127.0.0.1", listening)
    assert time.monotonic() - begin > 0.9


def test_if_no_address_answers_the_error_has_a_reason_for_each(silent: int) -> None:
    """The error lists the addresses in the order in which they were tried."""
    addresses = [address("127.0.0.2", 1), address("127.0.0.1", silent)]
    reasons = r'127\.0\.0\.2: "Connection refused"; 127\.0\.0\.1: no ans'
    with pytest.raises(Unreachable, match=reasons):
        connect(addresses, Deadline(0.5))


@pytest.mark.parametrize("seconds", [0, -1])
def test_after_the_deadline_nothing_starts(seconds: float) -> None:
    """A deadline that has passed is a timeout."""
    with pytest.raises(TimeoutError):
        look_up("localhost", 25, Deadline(seconds))


def test_a_hanging_look_up_does_not_keep_the_process_alive() -> None:
    """Nothing can end getaddrinfo, so nothing may wait for it."""
    command = [sys.executable, "-c", WAIT_FOR_LOOK_UP]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.stderr.splitlines()[-1] == "TimeoutError"


def test_ctrl_c_ends_a_wait_at_once() -> None:
    """No thread keeps the process alive."""
    with scripted_server(Act.SILENCE) as server:
        command = [sys.executable, "-c", WAIT_FOR_REPLY, str(server.port)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdout.readline()
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in stderr
    assert "NotVerified" not in stderr
