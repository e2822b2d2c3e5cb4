"""How requests reach a platform: over https, each on a connection of its own.

Whatever arrives on a connection can then only answer its one request, and never another tenant's.
TLS is always verified, every wait ends with the attempt, and an attempt knows whether anything was
sent, so that an error can tell whether the platform may have it.
"""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from pulumi_smtpconfig.connect import Deadline, Unreachable, connect, look_up
from pulumi_smtpconfig.http.failures import TOO_LONG, UNASKED
from pulumi_smtpconfig.http.streams import RECORD, CutShort, TcpStream, TlsStream

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_smtpconfig.http.streams import Stream
    from pulumi_smtpconfig.tls import Trust

BLANK_LINE = re.compile(rb"\n\r?\n")
HostAndPort = tuple[str, int]
HTTPS_PORT = 443

MAX_HEAD = 64 * 1024
"""Bytes of interim answers (1xx) and header lines that may come before the body of an answer."""


def proxy_for_https() -> str:
    """Return the URL of the proxy in HTTPS_PROXY, or an empty string."""
    proxy = getproxies().get("https", "")
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


class Transport:
    """Opens a connection for each request of an operation.

    Args:
        trust: Whose certificates are trusted.
        connect_to: Where every connection goes, whatever the URL says.
        proxy: The URL of the proxy for all hosts that NO_PROXY does not name; empty for none.

    Raises:
        ValueError: The proxy's URL is invalid.
    """

    def __init__(self, trust: Trust, connect_to: HostAndPort | None, proxy: str) -> None:
        self._trust = trust
        self._connect_to = connect_to
        self._proxy = _proxy(proxy, trust) if proxy else None

    @contextmanager
    def stream(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Iterator[httpcore.Response]:
        """Send a request; yield its response, whose body is not read yet."""
        parts = urlsplit(url)
        is_direct = proxy_bypass(f"{parts.hostname}:{parts.port or HTTPS_PORT}")
        proxy = None if is_direct else self._proxy
        backend = Backend(self._trust, self._connect_to, to_proxy=proxy is not None)
        pool = httpcore.ConnectionPool(self._trust.context(), proxy, network_backend=backend)
        request = pool.stream(
            method,
            url,
            headers=[*headers.items(), ("Connection", "close")],
            content=content,
            extensions={"trace": _note_head},
        )
        with pool, request as response:
            yield response


def _proxy(url: str, trust: Trust) -> httpcore.Proxy:
    parts = urlsplit(url)
    is_plain = all("!" <= character <= "~" for character in url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValueError
    user, password = unquote_to_bytes(parts.username or ""), unquote_to_bytes(parts.password or "")
    login = (user, password) if user or password else None
    # httpcore would load certifi's authorities for a proxy without a context.
    return httpcore.Proxy(
        url, login, ssl_context=trust.context() if parts.scheme == "https" else None
    )


@dataclass
class Attempt:
    """One try of a request.

    Attributes:
        deadline: When its waits end.
        at_proxy: Whether the proxy has yet to connect to the server.
        sent: Whether anything of the request may have been sent to the server.
        cut: Whether the connection ended without TLS saying so.
        head_left: How many bytes may still arrive before the body of the answer.
    """

    deadline: Deadline
    at_proxy: bool = False
    sent: bool = False
    cut: bool = False
    head_left: float = MAX_HEAD


_attempt: ContextVar[Attempt] = ContextVar("attempt")


@contextmanager
def attempt(seconds: float) -> Iterator[Attempt]:
    """End all that this thread looks up, sends and receives in the block within `seconds`."""
    token = _attempt.set(Attempt(Deadline(seconds)))
    try:
        yield _attempt.get()
    finally:
        _attempt.reset(token)


def _note_head(event: str, _: object) -> None:
    """Note that the head of an answer has arrived; httpcore tells each of its steps."""
    if event == "http11.receive_response_headers.complete":
        _attempt.get().head_left = math.inf


def _seconds_left() -> float:
    return _attempt.get().deadline.remaining()


def _no_wait() -> float:
    return 0.0


@contextmanager
def _errors(
    timeout: type[httpcore.TimeoutException], failure: type[httpcore.NetworkError]
) -> Iterator[None]:
    """Raise what httpcore expects."""
    try:
        yield
    except TimeoutError as error:
        raise timeout(error) from error
    except OSError as error:
        raise failure(error) from error


class Backend(httpcore.NetworkBackend):
    """Connects to the host of the URL, or to one address for all; TLS sees the URL alone."""

    def __init__(self, trust: Trust, connect_to: HostAndPort | None, *, to_proxy: bool) -> None:
        self._trust = trust
        self._connect_to = connect_to
        self._to_proxy = to_proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the attempt's own time counts
        local_address: str | None = None,  # noqa: ARG002 - never set
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - never set
    ) -> httpcore.NetworkStream:
        """Try each address of the host in turn, within what is left of the attempt's time."""
        current = _attempt.get()
        current.at_proxy = self._to_proxy
        with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                addresses = look_up(*(self._connect_to or (host, port)), current.deadline)
                connection = connect(addresses, current.deadline)
            except UnicodeError as error:
                raise httpcore.ConnectError("not a valid host name") from error
            except Unreachable:
                current.deadline.remaining()  # if none remain, the time is what was missing
                raise
        return _Stream(TcpStream(connection), self._trust, to_proxy=self._to_proxy)


class _Stream(httpcore.NetworkStream):
    """A stream that carries one request and its answer, and whose waits end with the attempt."""

    def __init__(self, inner: Stream, trust: Trust, *, to_proxy: bool) -> None:
        self._inner = inner
        self._trust = trust
        self._to_proxy = to_proxy
        self._is_new = True
        self._rest = self._line_end = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see the class
        current = _attempt.get()
        if current.head_left < 0:
            raise httpcore.RemoteProtocolError(TOO_LONG)
        with _errors(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                data = self._rest or self._inner.read(min(max_bytes, RECORD), _seconds_left)
            except CutShort:
                current.cut = True
                return b""
        if self._to_proxy:
            data = self._up_to_blank_line(data)
        current.head_left -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see the class
        if self._is_new:
            self._is_new = False
            with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
                if self._unasked() is not None:
                    raise httpcore.RemoteProtocolError(UNASKED)
        _attempt.get().sent |= not self._to_proxy
        with _errors(httpcore.WriteTimeout, httpcore.WriteError):
            self._inner.write(buffer, _seconds_left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - `trust` has one for each thread
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see the class
    ) -> httpcore.NetworkStream:
        current = _attempt.get()
        current.at_proxy = self._to_proxy and self._is_new  # a tunnel leads to the server
        current.head_left = MAX_HEAD
        with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            if not self._is_new and self._unasked():
                current.at_proxy = True
                raise httpcore.RemoteProtocolError(UNASKED)
            tls = TlsStream(self._inner, self._trust.context(), server_hostname, _seconds_left)
        return _Stream(tls, self._trust, to_proxy=current.at_proxy)

    def get_extra_info(self, info: str) -> None:
        """Know nothing."""

    def _up_to_blank_line(self, data: bytes) -> bytes:
        """Hold back what follows the head of a proxy's answer, so that it is seen before TLS."""
        found = BLANK_LINE.search(self._line_end + data)
        end = found.end() - len(self._line_end) if found else len(data)
        self._line_end = b"" if found else (self._line_end + data)[-2:]
        self._rest = data[end:]
        return data[:end]

    def _unasked(self) -> bytes | None:
        """Return what has arrived before it was asked for, b"" if it is the end, or None."""
        try:
            return self._rest or self._inner.read(1, _no_wait)
        except BlockingIOError:
            return None
