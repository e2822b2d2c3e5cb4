"""The HTTP client of one operation: patient, bounded, and ignorant of mail and of tokens."""

from __future__ import annotations

import zlib
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from pulumi_smtpconfig.answers import Answer
from pulumi_smtpconfig.failures import translated
from pulumi_smtpconfig.retries import persistently
from pulumi_smtpconfig.transport import deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer's body that are kept at most, compressed or not."""

TOO_LARGE = b"(an answer of more than 1 MiB)"
ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


class Client:
    """A pooled client, safe to share between threads.

    Args:
        transport: What carries the requests, see `transport.open_transport`.
        timeout: Seconds for one try, from connecting to the last byte of the answer.
        retries: How often what may pass is tried again, see `retries.persistently`.
    """

    def __init__(self, transport: httpx.BaseTransport, timeout: float, retries: int) -> None:
        self._timeout = timeout
        self._retries = retries
        self._http = httpx.Client(
            transport=transport,
            timeout=None,  # noqa: S113 - the transport keeps the deadline
            headers={
                "User-Agent": f"pulumi-smtpconfig/{version('pulumi-smtpconfig')}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
        )

    def send(
        self,
        method: str,
        url: str,
        content: str,
        headers: Mapping[str, str],
        quote: Callable[[str], str],
    ) -> Answer:
        """Send a request until it is answered; the Host header has the URL's own case.

        Args:
            method: The HTTP method.
            url: An https URL.
            content: The body.
            headers: Its type, and who sends it.
            quote: Makes what others say fit to be shown.

        Raises:
            ConnectionFailed: Nothing was sent.
            OutcomeUnknown: It was sent, and no answer came.
        """
        request = self._http.build_request(
            method, url, content=content, headers={"Host": urlsplit(url).netloc, **headers}
        )

        def once(seconds: float) -> Answer:
            try:
                with deadline(seconds):
                    return self._exchange(request)
            except httpx.RequestError as error:
                raise translated(error, quote) from None

        return persistently(once, self._timeout, self._retries)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _exchange(self, request: httpx.Request) -> Answer:
        response = self._http.send(request, stream=True, follow_redirects=False)
        try:
            return Answer(
                response.status_code, _body(response), response.headers.get("location", "")
            )
        finally:
            response.close()


def _body(response: httpx.Response) -> bytes:
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            return TOO_LARGE
    encoded = response.headers.get("content-encoding", "identity") in {"gzip", "deflate"}
    return _decompressed(raw) if encoded else bytes(raw)


def _decompressed(raw: bytes | bytearray) -> bytes:
    try:
        text = zlib.decompressobj(ZLIB_OR_GZIP).decompress(raw, LARGEST_ANSWER + 1)
    except zlib.error:
        return bytes(raw)
    return text if len(text) <= LARGEST_ANSWER else TOO_LARGE
