"""A server's end of a connection, which can break at any byte, and TLS over such an end."""

from __future__ import annotations

import socket
import ssl
import struct
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

R = TypeVar("R")

CHUNK = 65536
NO_LINGER = struct.pack("ii", 1, 0)
"""The option with which closing a socket resets the connection."""


class Stream(ABC):
    """Bytes from and to a client."""

    def __init__(self) -> None:
        self._unread = b""

    async def read(self) -> bytes:
        """Return what has arrived; wait if there is nothing, and return nothing at the end."""
        data, self._unread = self._unread, b""
        return data or await self._receive()

    async def peek(self) -> bytes:
        """Return what `read` will return."""
        self._unread = await self.read()
        return self._unread

    async def read_until(self, end: bytes) -> bytes:
        """Return what arrives up to and including `end`; raises EOFError if the client leaves."""
        data = b""
        while end not in data:
            data += await self._read_more()
        before, _, self._unread = data.partition(end)
        return before + end

    async def read_exactly(self, count: int) -> bytes:
        """Return the next bytes; raises EOFError if the client leaves."""
        data = b""
        while len(data) < count:
            data += await self._read_more()
        self._unread = data[count:]
        return data[:count]

    async def gone(self) -> None:
        """Wait until the client leaves."""
        with suppress(OSError):
            while await self.read():
                pass

    async def _read_more(self) -> bytes:
        data = await self.read()
        if not data:
            raise EOFError
        return data

    @abstractmethod
    async def _receive(self) -> bytes: ...

    @abstractmethod
    async def write(self, data: bytes) -> None:
        """Send bytes."""

    @abstractmethod
    async def close(self) -> None:
        """End the connection in order."""

    @abstractmethod
    def cut(self) -> None:
        """End the connection without a word."""

    @abstractmethod
    def reset(self) -> None:
        """End the connection with a reset."""


class Tcp(Stream):
    """A connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._reader = reader
        self._writer = writer

    async def _receive(self) -> bytes:
        return await self._reader.read(CHUNK)

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """End the connection in order."""
        self._writer.close()

    def cut(self) -> None:
        """End the connection without a word."""
        self._writer.transport.abort()

    def reset(self) -> None:
        """End the connection with a reset."""
        plain: socket.socket = self._writer.get_extra_info("socket")
        with suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.cut()


class Tls(Stream):
    """TLS over another stream, which may be TLS itself, as through an https proxy."""

    def __init__(self, inner: Stream, context: ssl.SSLContext) -> None:
        super().__init__()
        self.inner = inner
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def shake_hands(self) -> None:
        """Complete the handshake; raises `ssl.SSLError` or EOFError if the client does not."""
        await self._carry_out(self._tls.do_handshake)

    async def first_flight(self) -> bytes:
        """Return the answer to the client's first message, without sending it."""
        self._incoming.write(await self.inner.read())
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
        return self._outgoing.read()

    async def _receive(self) -> bytes:
        try:
            return await self._carry_out(lambda: self._tls.read(CHUNK))
        except (EOFError, ssl.SSLError):
            return b""

    async def write(self, data: bytes) -> None:
        """Send bytes."""
        self._tls.write(data)
        await self._flush()

    async def close(self) -> None:
        """End the connection in order, so that the client knows that it has everything."""
        with suppress(ssl.SSLError):
            self._tls.unwrap()
        await self._flush()
        await self.inner.close()

    def cut(self) -> None:
        """End the connection without a word."""
        self.inner.cut()

    def reset(self) -> None:
        """End the connection with a reset."""
        self.inner.reset()

    async def _carry_out(self, step: Callable[[], R]) -> R:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:  # an alert has to be sent too
                await self._flush()
            received = await self.inner.read()
            if not received:
                raise EOFError
            self._incoming.write(received)

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self.inner.write(data)
