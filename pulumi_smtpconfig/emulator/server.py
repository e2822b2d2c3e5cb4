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

import h11
import trustme
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from .admission import LOCAL_NAMES
from .application import Application
from .listener import Listener
from .state_folder import AUTHORITY, CA_BUNDLE, StateFolder

VALIDITY = timedelta(days=365)
"""Some operating systems refuse server certificates valid for more than 825 days."""
MOST_CERTIFICATES = 1024
PATIENCE = 10.0
"""Seconds for a handshake, for a whole request to arrive, or for a client to read a response."""


@contextmanager
def serve(
    application: Application, listener: Listener, folder: Path, state: StateFolder | None
) -> Iterator[None]:
    """Serve https on the listener, and write the authority's certificate to `ca.pem`.

    It is in the folder, which is private. With a state folder, the authority is the one that it
    keeps, and the certificate is there.

    Raises:
        StateFolderError: The authority could not be loaded or kept.
    """
    authority = _kept_authority(state) if state else _new_authority()
    authority.cert_pem.write_to_path(state.ca_bundle if state else folder / CA_BUNDLE)
    server = _Server(_config(application, authority, folder))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _new_authority() -> trustme.CA:
    return trustme.CA(organization_name="pulumi-smtpconfig emulator")


def _kept_authority(state: StateFolder) -> trustme.CA:
    pem = state.load_authority()
    if pem is None:
        authority = _new_authority()
        state.save_authority(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
        return authority
    key, begin, certificate = pem.partition(b"-----BEGIN CERTIFICATE-----")
    try:
        public = x509.load_pem_x509_certificate(begin + certificate).public_key()
        own = load_pem_private_key(key, None).public_key()
    except (ValueError, TypeError) as error:
        raise state.damaged(AUTHORITY, error) from None
    if public != own:
        raise state.damaged(AUTHORITY, "its key and its certificate do not belong together")
    return trustme.CA.from_pem(begin + certificate, key)


def _config(application: Application, authority: trustme.CA, folder: Path) -> uvicorn.Config:
    context = _server_context(authority, folder)
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


def _server_context(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """Return a TLS context that has a certificate for any DNS name and for 127.0.0.1."""

    @functools.lru_cache(MOST_CERTIFICATES)
    def context_for(name: str) -> _Context:
        context = _context(authority, (name,), folder)
        context.name = name.rstrip(".")
        return context

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        with suppress(ValueError):  # not a valid name: the client reports the mismatch
            connection.context = context_for(name.lower()) if name else default

    default = _context(authority, LOCAL_NAMES, folder)
    default.sni_callback = choose
    return default


class _Context(ssl.SSLContext):
    name: str | None = None
    """The name that the client asked for; None if it asked for none, or for an invalid one."""


def _context(authority: trustme.CA, names: tuple[str, ...], folder: Path) -> _Context:
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    leaf = authority.issue_cert(*names, not_before=begin, not_after=begin + VALIDITY)
    context = _Context(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL only loads files, so leaf and key are in the folder for a moment.
    with leaf.private_key_and_cert_chain_pem.tempfile(dir=str(folder)) as pem:
        context.load_cert_chain(pem)
    return context


class _FlowControl(FlowControl):
    """Flow control that lets a client leave at any time: Python 3.10's transport then fails."""

    def pause_reading(self) -> None:
        with suppress(AttributeError):
            super().pause_reading()

    def resume_reading(self) -> None:
        with suppress(AttributeError):
            super().resume_reading()


class _Protocol(H11Protocol):
    """HTTP/1.1 that ends connections of clients that keep it waiting.

    It gives each request its transport, so that a fault can cut it, and the name in the handshake.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self.flow = _FlowControl(transport)
        # asyncio sets it only for listeners that it opens itself.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server_name = transport.get_extra_info("ssl_object").context.name
        self.app_state = {"transport": transport, "server_name": server_name}
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return  # uvicorn would still parse it, and fail to respond
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        if self.cycle:  # its response would be a second one
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self.flow.resume_reading()  # the client may still be sending what was refused
            self._watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watch()

    def _watch(self) -> None:
        """Limit the time in which the client sends a request, reads a response, or leaves."""
        receiving = self.conn.their_state in {h11.IDLE, h11.SEND_BODY}
        if not (receiving or self.flow.write_paused or self.transport.is_closing()):
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(PATIENCE, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget_deadline()
        self.transport.close()  # Python 3.10 warns if a lost transport is not closed


class _Server(uvicorn.Server):
    """A server that stops in milliseconds without waiting for clients; uvicorn's takes 0.2 s."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        protocol = functools.partial(_Protocol, self.config, self.server_state, {})
        self.servers = [
            await loop.create_server(
                protocol, sock=listener, ssl=self.config.ssl, ssl_handshake_timeout=PATIENCE
            )
            for listener in sockets or []
        ]
        self.started = True

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
