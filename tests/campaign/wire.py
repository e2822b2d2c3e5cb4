"""What may go wrong on the wire, from the first byte of a connection to the last of an answer."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.campaign.streams import Tls

if TYPE_CHECKING:
    import ssl

    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.certificates import Certificates
    from tests.campaign.streams import Stream

Stage = Literal["connect", "proxy", "handshake", "request", "response"]
BEFORE_REQUESTS: tuple[Stage, ...] = ("connect", "proxy", "handshake")
"""The stages at which nobody can know yet what will be asked for."""

PATIENCE = 10.0
"""Seconds after which a client should long have given up; its timeout is a small part of them."""

PAUSE = 0.01
"""Seconds between the pieces of what does not end."""


class Meeting(NamedTuple):
    """Where a fault is met.

    Attributes:
        stream: The connection.
        certificates: Those of the server.
        answer: The platform's answer if it was asked, else nothing.
    """

    stream: Stream
    certificates: Certificates
    answer: bytes


@dataclass(frozen=True, eq=False)
class Wire:
    """What one connection or request meets.

    Attributes:
        name: What to call it.
        play: Does it; the connection ends when it is over, unless `keeps`.
        stage: When it is met: at the first byte; instead of a proxy's answer; instead of a TLS
            session; when a request's head has arrived; or instead of the platform's answer.
        on: The kind of request that meets it, at the last two stages.
        applied: Whether the platform gets the request first.
        keeps: Whether the connection serves further requests.
        blind: Whether a client cannot know if anything of a request was read.
    """

    name: str
    play: Callable[[Meeting], Awaitable[None]]
    stage: Stage = "response"
    on: Kind | None = None
    applied: bool = False
    keeps: bool = False
    blind: bool = False

    def __repr__(self) -> str:
        return f"{self.name}{', applied' * self.applied} (on {self.on or self.stage})"


Play = Callable[[Meeting], Awaitable[None]]


async def reset(meeting: Meeting) -> None:
    """Reset the connection."""
    meeting.stream.reset()


async def cut(meeting: Meeting) -> None:
    """Close the connection without a word."""
    meeting.stream.cut()


async def silence(meeting: Meeting) -> None:
    """Say nothing until the client leaves."""
    await meeting.stream.gone()


def sends(data: bytes) -> Play:
    """Send these bytes."""

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(data)

    return play


def says(data: bytes) -> Play:
    """Send these bytes, and close the connection in order."""

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(data)
        await meeting.stream.close()

    return play


def insists(data: bytes) -> Play:
    """Send these bytes, and leave it to the client to close the connection."""

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(data)
        await meeting.stream.gone()

    return play


def breaks_off(data: bytes) -> Play:
    """Send these bytes, and cut the connection."""

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(data)
        meeting.stream.cut()

    return play


def drips(data: bytes) -> Play:
    """Send these bytes one by one, more slowly than anybody waits for all of them."""

    async def play(meeting: Meeting) -> None:
        for byte in data:
            await meeting.stream.write(bytes([byte]))
            await asyncio.sleep(PATIENCE / len(data))
        await meeting.stream.gone()

    return play


def repeats(piece: bytes, start: bytes = b"", pause: float = PAUSE) -> Play:
    """Send the start, and then a piece again and again."""

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(start)
        while True:
            await meeting.stream.write(piece)
            await asyncio.sleep(pause)

    return play


def floods(piece: bytes, start: bytes = b"") -> Play:
    """Send the start, and then a piece again and again, faster than anybody can read."""
    return repeats(piece * 1000, start, pause=0.0)


def surrounds(before: bytes = b"", after: bytes = b"", *, at_once: bool = True) -> Play:
    """Send the platform's answer with something before it and after it."""

    async def play(meeting: Meeting) -> None:
        if at_once:
            await meeting.stream.write(before + meeting.answer + after)
        else:
            await meeting.stream.write(before + meeting.answer)
            await meeting.stream.write(after)

    return play


def presents(choose: Callable[[Certificates], ssl.SSLContext]) -> Play:
    """Shake hands with other certificates than the honest ones."""

    async def play(meeting: Meeting) -> None:
        tls = Tls(meeting.stream, choose(meeting.certificates))
        await tls.shake_hands()
        await tls.gone()

    return play


async def answers_and_resets(meeting: Meeting) -> None:
    """Send the server's part of the handshake, and reset when the client has sent its own."""
    tls = Tls(meeting.stream, meeting.certificates.honest)
    await meeting.stream.write(await tls.first_flight())
    await meeting.stream.read()
    meeting.stream.reset()


async def drips_handshake(meeting: Meeting) -> None:
    """Send the server's part of the handshake byte by byte."""
    tls = Tls(meeting.stream, meeting.certificates.honest)
    await drips(await tls.first_flight())(meeting)


def response(status: str, body: bytes = b"", /, **headers: str) -> bytes:
    """Return a response with a length, unless the headers say how it ends."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if not {"content-length", "transfer-encoding"} & fields.keys():
        fields["content-length"] = str(len(body))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


OK = b'{"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}'
TAKEN = response("200 OK", OK)
NOT_TAKEN = response("403 Forbidden", b'{"error": "HTTP 403 Forbidden"}')
CHUNKED = {"transfer_encoding": "chunked"}
ONE_CHUNK = b"%x\r\n%b\r\n" % (len(OK), OK)
DEFLATED = zlib.compress(OK)
GZIPPED = gzip.compress(OK)
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
"""TLS's fatal alert that says that the handshake failed."""

INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"
BEGUN = b"HTTP/1.1 200 OK\r\n"
NO_ROOM = response("413 Content Too Large", b"too large", connection="close")
LONG_HEADER = response("200 OK", OK, x_long="x" * 2**20)
UPGRADE = response("426 Upgrade Required", b"h2 only", upgrade="h2c", connection="upgrade")
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"


def connections() -> list[Wire]:
    """Return what a connection may meet before TLS, and instead of it."""
    connect = {
        "a reset on connecting": reset,
        "a close on connecting": cut,
        "a server that never speaks": silence,
        "a server of something else": insists(b"SSH-2.0-OpenSSH_9.6\r\n"),
    }
    handshake = {
        "a reset instead of TLS": reset,
        "a close instead of TLS": cut,
        "silence instead of TLS": silence,
        "plain HTTP instead of TLS": says(response("400 Bad Request", b"no TLS here")),
        "an alert instead of TLS": says(ALERT),
        "a handshake that drips": drips_handshake,
        "another authority": presents(lambda known: known.untrusted),
        "another name": presents(lambda known: known.misnamed),
        "a client's certificate demanded in TLS 1.2": _demands("TLSv1_2"),
        "a client's certificate demanded in TLS 1.3": _demands("TLSv1_3"),
    }
    return [
        *(Wire(name, play, "connect") for name, play in connect.items()),
        *(Wire(name, play, "handshake") for name, play in handshake.items()),
        Wire("a reset within the handshake", answers_and_resets, "handshake", blind=True),
    ]


def _demands(version: str) -> Play:
    return presents(
        lambda known: next(x for key, x in known.demanding.items() if key.name == version)
    )


def proxies(echo: str) -> list[Wire]:
    """Return what a proxy may answer to CONNECT."""
    said = echo.encode()
    plays = {
        "a proxy's 403": insists(response("403 Forbidden", said)),
        "a proxy's 407": says(
            response("407 Proxy Authentication Required", said, proxy_authenticate="Basic")
        ),
        "a proxy's 302": says(response("302 Found", said, location="https://login.example/")),
        "a proxy's 429": says(response("429 Too Many Requests", said, retry_after="0")),
        "a proxy's 502": says(response("502 Bad Gateway", said)),
        "a proxy's 503": insists(response("503 Service Unavailable", said)),
        "a proxy that hangs": silence,
        "a proxy that resets": reset,
        "a proxy that closes": cut,
        "a proxy that breaks off": breaks_off(b"HTTP/1.1 200 Conn"),
        "a proxy that is none": says(b"220 mx.example.com ESMTP\r\n\r\n"),
        "a proxy without end of 1xx": repeats(INTERIM),
        "a proxy with a flood of 1xx": floods(INTERIM),
        "a proxy with a flood of headers": floods(b"x-again: x\r\n", BEGUN),
        "a proxy without end of headers": repeats(b"x-again: x\r\n", BEGUN),
        "a proxy that drips": drips(b"HTTP/1.1 200 Connection established\r\n\r\n"),
    }
    return [Wire(name, play, "proxy") for name, play in plays.items()]


def requests() -> list[Wire]:
    """Return what a request may meet before all of it has arrived."""
    plays = {"a reset after the head": reset, "a close after the head": cut}
    return [
        *(Wire(name, play, "request") for name, play in plays.items()),
        Wire("413 before the body", says(NO_ROOM), "request"),
    ]


def responses() -> list[Wire]:
    """Return what does not tell whether the platform took a request, or is not HTTP at all."""
    plays = {
        "a reset": reset,
        "a close": cut,
        "1xx without end": repeats(INTERIM),
        "100 without end": repeats(b"HTTP/1.1 100 Continue\r\n\r\n"),
        "1xx in a flood": floods(INTERIM),
        "headers in a flood": floods(b"x-again: x\r\n", BEGUN),
        "chunks in a flood": floods(b"1\r\n \r\n", response("200 OK", **CHUNKED)),
        "headers without end": repeats(b"x-again: x\r\n", BEGUN),
        "a header without end": repeats(b"x" * 64, BEGUN + b"x-long: "),
        "a status line without end": repeats(b"x" * 64, b"HTTP/1.1 200 "),
        "chunks without end": repeats(b"1\r\n \r\n", response("200 OK", **CHUNKED)),
        "a chunk's size without end": repeats(b"0" * 16, response("200 OK", **CHUNKED)),
        "trailers without end": repeats(
            b"x-again: x\r\n", response("200 OK", ONE_CHUNK + b"0\r\n", **CHUNKED)
        ),
        "a head that drips": drips(TAKEN),
        "a body that drips": _drips_after("200 OK", OK),
        "chunks that drip": _drips_after("200 OK", ONE_CHUNK + b"0\r\n\r\n", **CHUNKED),
        "a body cut in the middle": breaks_off(TAKEN[:-20]),
        "a body cut after all that counts": breaks_off(
            response("200 OK", OK, content_length=str(len(OK) + 1))
        ),
        "a body that ends early in order": says(
            response("200 OK", OK, content_length=str(len(OK) + 1))
        ),
        "a body up to a cut": breaks_off(b"HTTP/1.1 200 OK\r\n\r\n" + OK),
        "chunks cut in the middle": breaks_off(response("200 OK", ONE_CHUNK[:-20], **CHUNKED)),
        "chunks cut before the last": breaks_off(response("200 OK", ONE_CHUNK, **CHUNKED)),
        "chunks that end early in order": says(response("200 OK", ONE_CHUNK, **CHUNKED)),
        "chunks cut in the last": breaks_off(response("200 OK", ONE_CHUNK + b"0\r\n", **CHUNKED)),
        "gzip without its trailer": says(_coded("gzip", GZIPPED[:-8])),
        "gzip without the end of its trailer": says(_coded("gzip", GZIPPED[:-1])),
        "gzip with a wrong sum": says(_coded("gzip", GZIPPED[:-8] + bytes(4) + GZIPPED[-4:])),
        "gzip cut in the middle": says(_coded("gzip", GZIPPED[:-20])),
        "deflate without its trailer": says(_coded("deflate", DEFLATED[:-4])),
        "101 that nobody asked for": insists(SWITCHED),
        "101 and a close": says(SWITCHED),
        "no HTTP": says(b"220 mx.example.com ESMTP\r\n\r\n"),
        "HTTP/2": insists(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)),
        "a status of two digits": says(TAKEN.replace(b"200", b"20")),
        "a status of four digits": says(TAKEN.replace(b"200", b"2000")),
        "a negative length": says(response("200 OK", OK, content_length="-1")),
        "two lengths": says(response("200 OK", OK, content_length="10\r\ncontent-length: 80")),
        "a header of 1 MiB": insists(LONG_HEADER),
        "a NUL in a header": says(response("200 OK", OK, x_nul="a\0b")),
    }
    return [Wire(name, play) for name, play in plays.items()]


def _drips_after(status: str, body: bytes, **headers: str) -> Play:
    head = response(status, body, **headers).removesuffix(body)

    async def play(meeting: Meeting) -> None:
        await meeting.stream.write(head)
        await drips(body)(meeting)

    return play


def _coded(coding: str, body: bytes) -> bytes:
    return response("200 OK", body, content_encoding=coding)


def refusals(echo: str) -> list[Wire]:
    """Return answers that say no in more ways than the emulator knows."""
    said = echo.encode()
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(said), said)
    zipped = gzip.compress(said)
    ends = {
        "426 and a close": UPGRADE,
        "403 up to the end": b"HTTP/1.1 403 Forbidden\r\n\r\n" + said,
        "421 and a close": response("421 Misdirected Request", said),
    }
    goes_on = {
        "426": UPGRADE,
        "417": response("417 Expectation Failed", said),
        "403 in chunks": response("403 Forbidden", chunks, **CHUNKED),
        "403 in gzip": response("403 Forbidden", zipped, content_encoding="gzip"),
        "403 after 1xx": INTERIM * 3 + NOT_TAKEN,
    }
    return [
        *(Wire(name, says(answer)) for name, answer in ends.items()),
        *(Wire(name, sends(answer), keeps=True) for name, answer in goes_on.items()),
    ]


def additions() -> list[Wire]:
    """Return what may come with the platform's own answer, before it or after it."""
    plays = {
        "1xx before the answer": surrounds(INTERIM * 3),
        "an early hint": surrounds(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
        "a surplus success": surrounds(after=TAKEN),
        "a surplus success, later": surrounds(after=TAKEN, at_once=False),
        "ten surplus successes": surrounds(after=TAKEN * 10),
        "half a surplus success": surrounds(after=TAKEN[:-40]),
        "the begin of a surplus success": surrounds(after=BEGUN),
        "a surplus refusal": surrounds(after=NOT_TAKEN),
        "a surplus refusal, later": surrounds(after=NOT_TAKEN, at_once=False),
        "surplus line ends": surrounds(after=b"\r\n\r\n"),
        "a surplus 1xx": surrounds(after=INTERIM),
    }
    return [Wire(name, play, applied=True, keeps=True) for name, play in plays.items()]
