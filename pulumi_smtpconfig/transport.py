"""How requests reach a platform: https, pooled by origin, directly or through a proxy.

httpx has no public place for a network backend, though the httpcore below it has; `_over` is the
one line that reaches through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpx

from pulumi_smtpconfig.streams import Backend
from pulumi_smtpconfig.trust import Trust

if TYPE_CHECKING:
    import httpcore

    from pulumi_smtpconfig.streams import Address

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
