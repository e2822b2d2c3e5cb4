"""How requests reach a platform: https, pooled by origin, directly or through a proxy.

TLS is always verified, every wait ends with the attempt, and an attempt knows whether anything was
sent, so that an error can tell whether the platform may have it.
"""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.tls import Trust

Address = tuple[str, int]
HTTPS_PORT = 443
MAX_CONNECTIONS, MAX_IDLE = 100, 20
IDLE_SECONDS = 5.0
"""How long an unused connection is kept."""

MIN_WAIT = 0.001
"""Seconds; for a socket 0 means "do not wait at all", which is another mode."""


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

    def __init__(self, trust: Trust, connect_to: Address | None, proxy: str) -> None:
        pool = partial(
            httpcore.ConnectionPool,
            ssl_context=trust.context(),
            network_backend=Backend(trust, connect_to),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_IDLE,
            keepalive_expiry=IDLE_SECONDS,
        )
        self._direct = pool()
        self._proxied = pool(proxy=_proxy(proxy, trust)) if proxy else self._direct

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
    """One try of a request: when its waits end, and whether any of it was sent over TLS."""

    end: float
    sent: bool = False


_attempt: ContextVar[Attempt] = ContextVar("attempt")


@contextmanager
def attempt(seconds: float) -> Iterator[Attempt]:
    """End everything that this thread sends and receives in the block within `seconds`.

    Looking up a host name has the operating system's own limits.
    """
    token = _attempt.set(Attempt(time.monotonic() + seconds))
    try:
        yield _attempt.get()
    finally:
        _attempt.reset(token)


def _left() -> float:
    return max(_attempt.get().end - time.monotonic(), MIN_WAIT)


class Backend(httpcore.SyncBackend):
    """Connects to the host of the URL, or to one address for all; TLS sees the URL alone.

    The pool above keys its connections by the URL's origin, so a connection that was opened for one
    name never serves another.
    """

    def __init__(self, trust: Trust, connect_to: Address | None) -> None:
        self._trust = trust
        self._connect_to = connect_to

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the attempt's own time counts
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Try each address of the host in turn, within what is left of the attempt's time."""
        host, port = self._connect_to or (host, port)
        *others, last = _addresses(host, port)
        for address in others:
            try:
                inner = super().connect_tcp(address, port, _left(), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _Stream(inner, self._trust, secure=False)
        inner = super().connect_tcp(last, port, _left(), local_address, socket_options)
        return _Stream(inner, self._trust, secure=False)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(error) from error
    except UnicodeError as error:
        raise httpcore.ConnectError("not a valid host name") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _Stream(httpcore.NetworkStream):
    """A stream whose waits end with the attempt, whatever httpcore asks for."""

    def __init__(self, inner: httpcore.NetworkStream, trust: Trust, *, secure: bool) -> None:
        self._inner = inner
        self._trust = trust
        self._secure = secure

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see the class
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see the class
        _attempt.get().sent |= self._secure
        self._inner.write(buffer, _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - `trust` has one for each thread
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see the class
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(self._trust.context(), server_hostname, _left())
        return _Stream(inner, self._trust, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
