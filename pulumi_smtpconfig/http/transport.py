"""How requests reach a platform: https, pooled by origin, directly or through a proxy.

TLS is always verified, every wait ends with the attempt, and an attempt knows whether anything was
sent, so that an error can tell whether the platform may have it. A connection on which something
arrives that nobody asked for is closed.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from pulumi_smtpconfig.connect import Deadline, Unreachable, connect, look_up
from pulumi_smtpconfig.http.failures import TOO_LONG, UNASKED
from pulumi_smtpconfig.http.framing import Framing
from pulumi_smtpconfig.http.streams import RECORD, CutShort, TcpStream, TlsStream

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.http.streams import Stream
    from pulumi_smtpconfig.tls import Trust

HostAndPort = tuple[str, int]
HTTPS_PORT = 443

MAX_IDLE, IDLE_SECONDS = 20, 5.0
"""How many unused connections are kept, and how long."""


def proxy_for_https() -> str:
    """Return the URL of the proxy in HTTPS_PROXY, or an empty string."""
    proxy = getproxies().get("https", "")
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


class Transport:
    """The pooled connections of one operation.

    Args:
        trust: Whose certificates are trusted.
        connect_to: Where every connection goes, whatever the URL says.
        proxy: The URL of the proxy for all hosts that NO_PROXY does not name; empty for none.

    Raises:
        ValueError: The proxy's URL is invalid.
    """

    def __init__(self, trust: Trust, connect_to: HostAndPort | None, proxy: str) -> None:
        pool = partial(
            httpcore.ConnectionPool,
            ssl_context=trust.context(),
            # httpcore counts a tunnel whose TLS failed as open for ever, and would wait for it.
            max_connections=None,
            max_keepalive_connections=MAX_IDLE,
            keepalive_expiry=IDLE_SECONDS,
        )
        self._direct = pool(network_backend=Backend(trust, connect_to, to_proxy=False))
        self._proxied = self._direct
        if proxy:
            backend = Backend(trust, None, to_proxy=True)
            self._proxied = pool(network_backend=backend, proxy=_proxy(proxy, trust))

    def stream(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> AbstractContextManager[httpcore.Response]:
        """Send a request, and return its response, whose body is not read yet."""
        parts = urlsplit(url)
        is_direct = proxy_bypass(f"{parts.hostname}:{parts.port or HTTPS_PORT}")
        pool = self._direct if is_direct else self._proxied
        return pool.stream(method, url, headers=list(headers.items()), content=content)

    def close(self) -> None:
        """Close all connections."""
        self._direct.close()
        self._proxied.close()


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
    """

    deadline: Deadline
    at_proxy: bool = False
    sent: bool = False
    cut: bool = False


_attempt: ContextVar[Attempt] = ContextVar("attempt")


@contextmanager
def attempt(seconds: float) -> Iterator[Attempt]:
    """End all that this thread looks up, sends and receives in the block within `seconds`."""
    token = _attempt.set(Attempt(Deadline(seconds)))
    try:
        yield _attempt.get()
    finally:
        _attempt.reset(token)


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
    """Connects to the host of the URL, or to one address for all; TLS sees the URL alone.

    The pool above keys its connections by the URL's origin, so a connection that was opened for one
    name never serves another.
    """

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
    """A stream whose waits end with the attempt, and on which each answer has its request."""

    def __init__(self, inner: Stream, trust: Trust, *, to_proxy: bool) -> None:
        self._inner = inner
        self._trust = trust
        self._to_proxy = to_proxy
        self._framing = Framing()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see the class
        if self._framing.head_is_too_long:
            raise httpcore.RemoteProtocolError(TOO_LONG)
        with _errors(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                data = self._inner.read(min(max_bytes, RECORD), _seconds_left)
            except CutShort:
                _attempt.get().cut = True
                data = b""
        self._framing.receive(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see the class
        if not self._framing.awaits_answer:  # or this is the rest of a request
            self._check_silence()
            self._framing.begin(buffer)
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
        if self._framing.has_surplus:
            self.close()
            raise httpcore.RemoteProtocolError(UNASKED)
        to_proxy = self._to_proxy and self._framing.is_new  # a tunnel leads to the server
        _attempt.get().at_proxy = to_proxy
        with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            tls = TlsStream(self._inner, self._trust.context(), server_hostname, _seconds_left)
        return _Stream(tls, self._trust, to_proxy=to_proxy)

    def get_extra_info(self, info: str) -> None:
        """Know nothing; whether the server has left is seen before the next request."""

    def _check_silence(self) -> None:
        """Raise if something arrived that would be taken for the answer to the next request.

        Raises:
            httpcore.ConnectionNotAvailable: The pool has to open another connection.
        """
        is_new = self._framing.is_new
        try:
            if not self._framing.has_surplus and self._is_silent():
                return
        except OSError as error:
            if is_new:
                raise httpcore.ConnectError(error) from error
        raise httpcore.RemoteProtocolError(UNASKED) if is_new else httpcore.ConnectionNotAvailable

    def _is_silent(self) -> bool:
        try:
            self._inner.read(1, _no_wait)
        except BlockingIOError:
            return True
        return False
