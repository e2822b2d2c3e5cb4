"""Where the emulator listens, and what is left when it ends."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault, ListenError
from tests.emulator.requests import SHIFT, connect, handshake, send


def test_it_listens_on_the_loopback_address_alone(emulator: Emulator) -> None:
    """Another address of this machine has nothing on that port."""
    host, port = emulator.address.split(":")
    assert host == "127.0.0.1"
    with pytest.raises(OSError):  # noqa: PT011 - refused, or no such address
        socket.create_connection(("127.0.0.2", int(port)), timeout=5)


def test_a_taken_port_is_told_and_a_left_one_is_free_again() -> None:
    """The error names the port and the way out; after the end the port can be had at once."""
    with Emulator() as first:
        port = int(first.address.split(":")[1])
        send(first.environment, SHIFT)
        with pytest.raises(ListenError, match=f"{port}.*choose another port"), Emulator(port):
            pass
    with Emulator(port, token="mine") as second:
        assert send(second.environment, SHIFT).status_code == 200
        assert second.environment == {
            "SMTPCONFIG_TOKEN": "mine",
            "SMTPCONFIG_CA_BUNDLE": str(second.ca_bundle),
            "SMTPCONFIG_CONNECT_TO": f"127.0.0.1:{port}",
        }


def test_leaving_ends_whatever_is_under_way(caplog: pytest.LogCaptureFixture) -> None:
    """A delayed request, an idle client and an unfinished handshake end, and nothing is left."""
    threads = set(threading.enumerate())
    with ThreadPoolExecutor() as pool, ExitStack() as clients:
        with Emulator() as emulator:
            clients.enter_context(connect(emulator.environment))
            clients.enter_context(handshake(emulator.environment, "idle.example.com"))
            emulator.order(Fault(delay=3600))
            delayed = pool.submit(send, emulator.environment, SHIFT)
            while not emulator.requests:
                time.sleep(0.01)
        assert isinstance(delayed.exception(), httpx.RemoteProtocolError)
    assert emulator.tenants == {}
    assert set(threading.enumerate()) == threads
    assert not emulator.ca_bundle.parent.exists()
    with pytest.raises(ConnectionRefusedError):
        connect(emulator.environment)
    assert not caplog.records
