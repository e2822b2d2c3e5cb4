"""Servers that no emulator is: absent, silent, with a wrong certificate, or no speaker of HTTP."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.contract.errors.operations import Config

NAME = "idp.example.com"
END_OF_JSON = b"}"
PATIENCE = 10.0
"""Seconds until a server stops waiting for a client that does not come."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


def _address(listener: socket.socket) -> str:
    return f"127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def closed() -> Iterator[Config]:
    """Lead to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = _address(listener)
    yield {"connectTo": address}


@contextmanager
def silent() -> Iterator[Config]:
    """Lead to a port where nobody speaks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {"connectTo": _address(listener), "timeout": "0.1"}


@contextmanager
def misnamed() -> Iterator[Config]:
    """Lead to a server whose certificate is for another name."""
    with _serving(b"", "other.example.org") as config:
        yield config


@contextmanager
def expired() -> Iterator[Config]:
    """Lead to a server whose certificate has expired."""
    with _serving(b"", NAME, LONG_AGO) as config:
        yield config


@contextmanager
def demanding() -> Iterator[Config]:
    """Lead to a server that demands a certificate of the client."""
    with _serving(b"", NAME, verify_mode=ssl.CERT_REQUIRED) as config:
        yield config


def saying(answer: bytes) -> Callable[[], AbstractContextManager[Config]]:
    """Lead to a server that answers one request with these bytes, whatever they are."""
    return lambda: _serving(answer, NAME)


@contextmanager
def _serving(
    answer: bytes,
    name: str,
    not_after: datetime | None = None,
    verify_mode: ssl.VerifyMode = ssl.CERT_NONE,
) -> Iterator[Config]:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = verify_mode
    authority.issue_cert(name, not_after=not_after).configure_cert(context)
    with ExitStack() as stack:
        bundle = Path(stack.enter_context(tempfile.TemporaryDirectory()), "ca.pem")
        authority.cert_pem.write_to_path(bundle)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        thread = threading.Thread(target=_answer_once, args=(listener, context, answer))
        thread.start()
        stack.callback(thread.join)
        yield {"caBundle": str(bundle), "connectTo": _address(listener)}


def _answer_once(listener: socket.socket, context: ssl.SSLContext, answer: bytes) -> None:
    listener.settimeout(PATIENCE)
    with suppress(OSError):  # the client does not trust us
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as session:
            while not session.recv(64 * 1024).endswith(END_OF_JSON):
                pass
            session.sendall(answer)
