"""How bytes reach a platform: https only, certificates always verified, no wait without an end.

httpx has no public place for a network backend, though the httpcore below it has; `_over` is the
one line that reaches through.
"""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
import truststore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Address = tuple[str, int]
SHORTEST_WAIT = 0.001
"""Seconds; a socket takes 0 for "do not wait at all", which is another mode."""

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let everything that this thread sends and receives in the block end within `seconds`."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left() -> float:
    return max(_deadline.get() - time.monotonic(), SHORTEST_WAIT)


class _Stream(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, so that a slow drip does too."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    """Connects to one address whatever the URL says, or to what it says; TLS sees the URL alone.

    The pool above keys its connections by the URL's origin, so that none opened for one name
    serves another.
    """

    def __init__(self, connect_to: Address | None) -> None:
        self._connect_to = connect_to

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        host, port = self._connect_to or (host, port)
        return _Stream(super().connect_tcp(host, port, _left(), local_address, socket_options))


class _Proxied(httpx.BaseTransport):
    """Sends through the proxy of HTTPS_PROXY, but for hosts that NO_PROXY names."""

    def __init__(self, direct: httpx.BaseTransport, proxied: httpx.BaseTransport) -> None:
        self._direct = direct
        self._proxied = proxied

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        bypassed = proxy_bypass(request.url.host)
        return (self._direct if bypassed else self._proxied).handle_request(request)

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
    """
    trust, backend = _trust(ca_bundle), _Backend(connect_to)
    direct = _over(backend, httpx.HTTPTransport(verify=trust))
    proxy = None if connect_to else getproxies().get("https")
    if not proxy:
        return direct
    return _Proxied(direct, _over(backend, httpx.HTTPTransport(verify=trust, proxy=proxy)))


def _trust(ca_bundle: str | None) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        context.load_verify_locations(cafile=ca_bundle)
    return context


def _over(backend: httpcore.NetworkBackend, transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    transport._pool._network_backend = backend  # noqa: SLF001 - see the module's docstring
    return transport
