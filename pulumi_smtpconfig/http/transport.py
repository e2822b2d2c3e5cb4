"""How requests reach a platform: https, pooled by origin, directly or through a proxy.

TLS is always verified, no wait is without an end, and what was sent is known, so that an error can
tell whether the platform may have it. httpx has no public place for a network backend, though the
httpcore below it has; `_over` is the one line that reaches through.
"""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from pulumi_smtpconfig.tls import Trust

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

Address = tuple[str, int]
SHORTEST_WAIT = 0.001
"""Seconds; a socket takes 0 for "do not wait at all", which is another mode."""


@dataclass
class Attempt:
    """One try of a request: until when it may wait, and whether any of it left over TLS."""

    end: float
    sent: bool = False


_attempt: ContextVar[Attempt] = ContextVar("attempt")


@contextmanager
def attempt(seconds: float) -> Iterator[Attempt]:
    """Let all that this thread sends and receives in the block end within `seconds`.

    Looking up a host name is left to the operating system's own limits.
    """
    token = _attempt.set(Attempt(time.monotonic() + seconds))
    try:
        yield _attempt.get()
    finally:
        _attempt.reset(token)


def _left() -> float:
    return max(_attempt.get().end - time.monotonic(), SHORTEST_WAIT)


class _Stream(httpcore.NetworkStream):
    """A stream whose waits end with the attempt, whatever httpcore asks, so a drip does too."""

    def __init__(self, inner: httpcore.NetworkStream, trust: Trust, *, secure: bool) -> None:
        self._inner = inner
        self._trust = trust
        self._secure = secure

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as said
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as said
        _attempt.get().sent |= self._secure
        self._inner.write(buffer, _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - as said
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as said
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(self._trust.context(), server_hostname, _left())
        return _Stream(inner, self._trust, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.SyncBackend):
    """Connects to one address whatever the URL says, or to what it says; TLS sees the URL alone.

    The pool above keys its connections by the URL's origin, so that none opened for one name
    serves another.
    """

    def __init__(self, trust: Trust, connect_to: Address | None) -> None:
        self._trust = trust
        self._connect_to = connect_to

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - as said
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Try each address of the host in turn, within what is left of the attempt's own time."""
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
        raise httpcore.ConnectError("this is no host name") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


HTTPS_PORT = 443


class _Proxied(httpx.BaseTransport):
    """Sends through the proxy of HTTPS_PROXY, but for hosts that NO_PROXY names."""

    def __init__(self, direct: httpx.BaseTransport, proxied: httpx.BaseTransport) -> None:
        self._direct = direct
        self._proxied = proxied

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = f"{request.url.raw_host.decode()}:{request.url.port or HTTPS_PORT}"
        return (self._direct if proxy_bypass(host) else self._proxied).handle_request(request)

    def close(self) -> None:
        self._direct.close()
        self._proxied.close()


def open_transport(ca_bundle: str | None, connect_to: Address | None) -> httpx.BaseTransport:
    """Open the pooled transport of one operation.

    Args:
        ca_bundle: Path of a PEM file of authorities that are trusted beside the operating
            system's.
        connect_to: Where every connection goes, past all proxies, whatever the URL says.

    Raises:
        OSError: `ca_bundle` cannot be read, or holds no certificate (`ssl.SSLError`).
        ValueError: The proxy's URL is none.
        ImportError: The proxy needs a package that is not installed, as SOCKS does.
    """
    trust = Trust(ca_bundle)
    backend, context = Backend(trust, connect_to), trust.context()
    direct = _over(backend, httpx.HTTPTransport(verify=context))
    proxy = None if connect_to else getproxies().get("https")
    if not proxy:
        return direct
    url = proxy if "://" in proxy else f"http://{proxy}"
    return _Proxied(direct, _over(backend, httpx.HTTPTransport(verify=context, proxy=url)))


def _over(backend: httpcore.NetworkBackend, transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    transport._pool._network_backend = backend  # noqa: SLF001 - see the module's docstring
    return transport
