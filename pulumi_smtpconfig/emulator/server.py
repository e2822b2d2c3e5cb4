"""uvicorn in a thread, with a certificate for every host name that a client asks for."""

import asyncio
import functools
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .application import Application

VALIDITY = timedelta(days=365)
"""Some operating systems refuse server certificates valid for more than 825 days."""


@contextmanager
def serve(application: Application, listener: socket.socket, ca_bundle: Path) -> Iterator[None]:
    """Serve https on the listener, and write the authority's certificate to `ca_bundle`."""
    server = _Server(_config(application, ca_bundle))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _config(application: Application, ca_bundle: Path) -> uvicorn.Config:
    context = _server_context(ca_bundle)
    return uvicorn.Config(
        application,
        http=_Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        ssl_context_factory=lambda *_: context,
    )


def _server_context(ca_bundle: Path) -> ssl.SSLContext:
    """Return a TLS context that has a certificate for any DNS name and for 127.0.0.1."""
    authority = trustme.CA(organization_name="pulumi-smtpconfig emulator")
    authority.cert_pem.write_to_path(ca_bundle)

    @functools.cache
    def context_for(*names: str) -> ssl.SSLContext:
        return _context(authority, names, ca_bundle.parent)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        with suppress(ValueError):  # not a valid name: the client reports the mismatch
            connection.context = context_for(name.lower()) if name else default

    default = context_for("localhost", "127.0.0.1")
    default.sni_callback = choose
    return default


def _context(authority: trustme.CA, names: tuple[str, ...], folder: Path) -> ssl.SSLContext:
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    leaf = authority.issue_cert(*names, not_before=begin, not_after=begin + VALIDITY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL only loads files, so leaf and key are in the folder for a moment.
    with leaf.private_key_and_cert_chain_pem.tempfile(dir=str(folder)) as pem:
        context.load_cert_chain(pem)
    return context


class _Protocol(H11Protocol):
    """HTTP/1.1 that gives each request its transport, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        # asyncio sets it only for listeners that it opens itself.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {"transport": transport}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.transport.close()  # Python 3.10 warns if a lost transport is not closed


class _Server(uvicorn.Server):
    """A server that stops in milliseconds without waiting for clients; uvicorn's takes 0.2 s."""

    async def main_loop(self) -> None:
        await _wait_until(lambda: self.should_exit)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await _wait_until(self._is_empty)

    def _is_empty(self) -> bool:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        return not (self.server_state.connections or self.server_state.tasks)


async def _wait_until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - uvicorn has no events for these
        await asyncio.sleep(0.005)
