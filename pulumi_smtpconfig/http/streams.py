"""Bytes over TCP, over TLS, and over TLS inside TLS, with a time limit for each wait.

Each wait asks for its limit again, so a peer that sends a little now and then ends none of them.
The standard library has no TLS inside TLS for sockets, which a proxy that is reached over https
needs, so TLS runs in memory here, on whatever carries it.
"""

from __future__ import annotations

import socket
import ssl
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

RECORD = 16 * 1024
"""Bytes of a full TLS record."""

CERTIFICATE_ALERTS = {
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
}
"""How servers answer a client without a certificate, once they have chosen a cipher.

TLS 1.3 has an alert of its own (RFC 8446, 6.2), and Java sends the first. A handshake that fails
for another reason fails before there is a cipher, or on this side.
"""


class CertificateRequired(ssl.SSLError):
    """The server demands a certificate of the client, and took nothing from it."""


class CutShort(OSError):
    """The connection ended without the alert that says so, so whatever it carried may be cut."""

    def __init__(self) -> None:
        super().__init__("the connection was cut")


class Stream(Protocol):
    """Carries bytes; `limit` returns the seconds that a wait may take, or raises TimeoutError."""

    def read(self, size: int, limit: Callable[[], float]) -> bytes:
        """Return some bytes, or none at the end; with a limit of 0 raise if none are there."""

    def write(self, data: bytes, limit: Callable[[], float]) -> None:
        """Send all bytes."""

    def close(self) -> None:
        """Close the connection."""


class TcpStream:
    """Bytes over a TCP connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection

    def read(self, size: int, limit: Callable[[], float]) -> bytes:
        """Return what has arrived, or wait for it."""
        self._connection.settimeout(limit())
        return self._connection.recv(size)

    def write(self, data: bytes, limit: Callable[[], float]) -> None:
        """Send all bytes."""
        unsent = memoryview(data)
        while unsent:
            self._connection.settimeout(limit())
            unsent = unsent[self._connection.send(unsent) :]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class TlsStream:
    """Bytes over TLS.

    Args:
        carrier: What carries the TLS records; it is closed if the handshake fails.
        context: Whose certificates are trusted.
        host: The name that the server's certificate must be valid for.
        limit: The time limit of each wait of the handshake.

    Raises:
        OSError: The handshake failed, `CertificateRequired` among the reasons, or took too long.
    """

    def __init__(
        self, carrier: Stream, context: ssl.SSLContext, host: str | None, limit: Callable[[], float]
    ) -> None:
        self._carrier = carrier
        self._received, self._unsent = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._unsent, server_hostname=host)
        try:
            self._run(self._tls.do_handshake, limit)
        except BaseException:
            carrier.close()
            raise

    def read(self, size: int, limit: Callable[[], float]) -> bytes:
        """Return what has arrived, or wait for it.

        Raises:
            CutShort: The connection ended without TLS saying so.
        """
        try:
            return self._run(partial(self._tls.read, size), limit)
        except ssl.SSLEOFError:
            raise CutShort from None

    def write(self, data: bytes, limit: Callable[[], float]) -> None:
        """Send all bytes."""
        unsent = memoryview(data)
        while unsent:
            unsent = unsent[self._run(partial(self._tls.write, unsent), limit) :]

    def close(self) -> None:
        """Close the connection."""
        self._carrier.close()

    def _run(self, step: Callable[[], T], limit: Callable[[], float]) -> T:
        """Repeat a step of TLS until it needs nothing more from the peer."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                if error.reason in CERTIFICATE_ALERTS and self._tls.cipher():
                    raise CertificateRequired(*error.args) from None
                raise
            finally:
                self._carrier.write(self._unsent.read(), limit)
            if received := self._carrier.read(RECORD, limit):
                self._received.write(received)
            else:
                self._received.write_eof()
