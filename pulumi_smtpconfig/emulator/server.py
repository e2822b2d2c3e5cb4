"""uvicorn in a thread."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .application import Application
from .certificates import server_context


class _Protocol(H11Protocol):
    """HTTP/1.1 whose requests know their transport, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        # asyncio does so itself, but not for a listener that was handed to it.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {"transport": transport}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.transport.close()  # Python 3.10 warns of a transport that was lost but never closed


class _Server(uvicorn.Server):
    """A server that ends in milliseconds and waits for no client; uvicorn's takes 0.2 s or more."""

    async def main_loop(self) -> None:
        await _until(lambda: self.should_exit)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await _until(self._empty)

    def _empty(self) -> bool:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        return not (self.server_state.connections or self.server_state.tasks)


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - uvicorn keeps these as plain values, which signal nothing
        await asyncio.sleep(0.005)


@contextmanager
def serving(application: Application, listener: socket.socket, ca_bundle: Path) -> Iterator[None]:
    """Serve https on the listener, and write to `ca_bundle` what makes it trusted."""
    server = _Server(_config(application, ca_bundle))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _config(application: Application, ca_bundle: Path) -> uvicorn.Config:
    context = server_context(ca_bundle)
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
