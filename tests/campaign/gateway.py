"""The server before the platform: it breaks connections, and witnesses what arrives over them."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Fault, ReceivedRequest
from pulumi_smtpconfig.emulator.endpoints import route
from tests.campaign.streams import CHUNK, Tcp, Tls
from tests.campaign.wire import BEFORE_REQUESTS, PATIENCE, Meeting, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from typing_extensions import Self

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.certificates import Certificates
    from tests.campaign.streams import Stream
    from tests.campaign.wire import Stage

HANDSHAKE = b"\x16"
"""The first byte of a client that begins with TLS."""

CONNECT = b"CONNECT "
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Arrival:
    """A request of which at least a byte has arrived, decrypted.

    Attributes:
        kind: What it asks for; None until its head has arrived.
        tenant: For which tenant; empty until its head has arrived.
        whole: Whether its end has arrived.
    """

    kind: Kind | None = None
    tenant: str = ""
    whole: bool = False


class Gateway:
    """What a client takes for the platform, and for a proxy to it if the client asks for one.

    It passes requests to the platform, and answers back, unless a fault is next. Each connection
    begins with TLS, or with CONNECT, or with one within the other.

    Args:
        platform: A running platform.
        certificates: Those of this server.

    Attributes:
        address: Where it listens, as host:port.
        arrivals: The requests in order.
        faults: What is to be met, in order.
        endless: The faults that a client did not end in time.
    """

    def __init__(self, platform: Emulator, certificates: Certificates) -> None:
        self.address = ""
        self.arrivals: list[Arrival] = []
        self.faults: list[Fault | Wire] = []
        self.endless = Counter[str]()
        self._platform = platform
        self._certificates = certificates
        self._to_platform = ssl.create_default_context(cafile=str(platform.ca_bundle))
        self._busy = 0
        self._loop = asyncio.new_event_loop()
        self._started, self._stopped = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(
            target=lambda: self._loop.run_until_complete(self._run()), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    def settle(self) -> None:
        """Wait until nothing is in transit, as after a client that gave up."""
        end = time.monotonic() + 2 * PATIENCE
        while self._busy and time.monotonic() < end:
            time.sleep(0.001)

    async def _run(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        self._started.set()
        await self._stopped.wait()
        server.close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tcp, upstream = Tcp(reader, writer), Upstream(self._platform.address, self._to_platform)
        self._busy += 1
        try:
            with suppress(OSError, EOFError, asyncio.CancelledError):  # the last when it stops
                if stream := await self._open(tcp):
                    while await self._waits(stream) and await self._exchange(stream, upstream):
                        pass
        finally:
            self._busy -= 1
            tcp.cut()
            upstream.cut()

    async def _open(self, stream: Stream) -> Stream | None:
        """Return the stream of a connection's requests; None if a fault ended it."""
        if await self._breaks("connect", stream):
            return None
        while first := await stream.peek():
            if first.startswith(HANDSHAKE):
                if await self._breaks("handshake", stream):
                    return None
                stream = Tls(stream, self._certificates.honest)
                await stream.shake_hands()
            elif first.startswith(CONNECT):
                await stream.read_until(END_OF_HEAD)
                if await self._breaks("proxy", stream):
                    return None
                await stream.write(ESTABLISHED)
            else:
                return stream
        return None

    async def _waits(self, stream: Stream) -> bool:
        """Wait for the next request; return whether there is one."""
        self._busy -= 1
        try:
            return bool(await stream.peek())
        finally:
            self._busy += 1

    async def _exchange(self, stream: Stream, upstream: Upstream) -> bool:
        """Serve a request; return whether the connection serves another."""
        arrival = Arrival()
        self.arrivals.append(arrival)
        head = await stream.read_until(END_OF_HEAD)
        request = _parsed(head)
        if to := route(request):
            arrival.kind, arrival.tenant = to.kind, to.tenant
        if await self._breaks("request", stream, arrival.kind):
            return False
        body = await stream.read_exactly(int(request.header("content-length") or 0))
        arrival.whole = True
        fault = self._next("response", arrival.kind)
        if isinstance(fault, Wire) and not fault.applied:
            return await self._play(fault, stream)
        if isinstance(fault, Fault):
            self._platform.order(fault)
        answer = await _unless_gone(stream, upstream.answer(head + body, request))
        if isinstance(fault, Wire):
            return await self._play(fault, stream, answer)
        await stream.write(answer)
        return upstream.lasts

    async def _breaks(self, stage: Stage, stream: Stream, kind: Kind | None = None) -> bool:
        """Play the next fault of a stage; return whether there was one."""
        fault = self._next(stage, kind)
        if isinstance(fault, Wire):
            await self._play(fault, stream)
        return fault is not None

    def _next(self, stage: Stage, kind: Kind | None) -> Fault | Wire | None:
        for index, fault in enumerate(self.faults):
            meets = fault.stage if isinstance(fault, Wire) else "response"
            if meets == stage and (stage in BEFORE_REQUESTS or fault.on == kind):
                return self.faults.pop(index)
        return None

    async def _play(self, fault: Wire, stream: Stream, answer: bytes = b"") -> bool:
        """Let a connection meet a fault; return whether it serves another request."""
        playing = fault.play(Meeting(stream, self._certificates, answer))
        try:
            await asyncio.wait_for(playing, PATIENCE + 1)
        except asyncio.TimeoutError:
            self.endless[fault.name] += 1
        return fault.keeps


class Upstream:
    """A connection to the platform, opened when it is needed.

    Attributes:
        lasts: Whether the platform has not ended it.
    """

    def __init__(self, address: str, context: ssl.SSLContext) -> None:
        self.lasts = True
        self._address = address
        self._context = context
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def answer(self, data: bytes, request: ReceivedRequest) -> bytes:
        """Pass a request on; return as much of its answer as the platform sends."""
        reader, writer = self._ends or await self._open(request.header("host") or "")
        writer.write(data)
        answer = b""
        with suppress(OSError):
            while not _is_complete(answer):
                received = await reader.read(CHUNK)
                if not received:
                    self.lasts = False
                    break
                answer += received
        return answer

    def cut(self) -> None:
        """End it."""
        if self._ends:
            self._ends[1].transport.abort()

    async def _open(self, authority: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self._address.partition(":")
        name = authority.partition(":")[0]
        self._ends = await asyncio.open_connection(
            host, int(port), ssl=self._context, server_hostname=name
        )
        return self._ends


def _parsed(head: bytes) -> ReceivedRequest:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = tuple((name.lower(), value.strip()) for name, _, value in fields)
    return ReceivedRequest(method, target, headers, b"")


def _is_complete(answer: bytes) -> bool:
    """Return whether this is an answer of the platform to its end, which has a length always."""
    head, end, body = answer.partition(END_OF_HEAD)
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end and lengths) and len(body) >= int(lengths[0].split(b":")[1])


async def _unless_gone(stream: Stream, answering: Awaitable[bytes]) -> bytes:
    """Return an answer; raises EOFError if the client leaves before it is there."""
    answer = asyncio.ensure_future(answering)
    gone = asyncio.ensure_future(stream.gone())
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise EOFError
        return answer.result()
    finally:
        for task in (answer, gone):
            task.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)
