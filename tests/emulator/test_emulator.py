import doctest
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

import pulumi_smtpconfig.emulator
from pulumi_smtpconfig.emulator import Emulator, Fault, ListenError
from tests.emulator.requests import REALM, SHIFT, connect, granted, handshake, read, send


def test_it_imports_nothing_else_of_the_package() -> None:
    """An independent witness shares no code with the provider."""
    folder = Path(pulumi_smtpconfig.emulator.__file__).parent
    source = "\n".join(module.read_text() for module in folder.glob("*.py"))
    assert re.findall(r"^\s*(?:from|import) +(?:\.\.|pulumi).*", source, re.MULTILINE) == []


def test_the_example_in_the_docstring_works() -> None:
    """Its output is as shown."""
    assert doctest.testmod(pulumi_smtpconfig.emulator, raise_on_error=True).attempted


def test_it_only_listens_on_the_loopback_address(emulator: Emulator) -> None:
    """Nothing listens on that port of another address of this machine."""
    host, port = emulator.address.split(":")
    assert host == "127.0.0.1"
    for other in ("127.0.0.2", "::1"):
        with pytest.raises(OSError):  # noqa: PT011 - refused, or no such address
            socket.create_connection((other, int(port)), timeout=5)


def test_a_taken_port_is_an_error_and_free_again_after_the_block() -> None:
    """The error names the port and what to do; the next emulator can listen there at once."""
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


def test_leaving_the_block_ends_everything_in_progress(caplog: pytest.LogCaptureFixture) -> None:
    """A delayed request, an idle client and an unfinished handshake end; nothing remains."""
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


def test_a_reset_leaves_a_new_platform() -> None:
    """Given tenants exist again without settings, and only the fixed token is accepted."""
    with Emulator(tenants=["acme"]) as emulator:
        token = granted(emulator)
        send(emulator.environment, REALM, {"displayName": "Acme", "smtpServer": {}}, "PUT")
        send(emulator.environment, SHIFT)
        emulator.tenants["other"] = {}
        emulator.order(Fault(503))
        emulator.role = None
        emulator.expire_tokens()
        assert send(emulator.environment, SHIFT).status_code == 503
        assert send(emulator.environment, SHIFT).status_code == 401
        emulator.order(Fault(503))
        emulator.reset()
        assert (emulator.tenants, emulator.requests) == ({"acme": {}}, [])
        old = send(emulator.environment, SHIFT, Authorization=f"Bearer {token}")
        realm = read(emulator).json()
        assert (old.status_code, "displayName" in realm, realm["smtpServer"]) == (401, False, {})
        assert send(emulator.environment, SHIFT).status_code == 200
