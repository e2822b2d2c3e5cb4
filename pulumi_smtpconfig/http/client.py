"""The HTTP client of one operation: patient, bounded, and ignorant of mail and of tokens.

It sends through httpx's transport and not through its client, which would keep one tenant's
cookies for the next and prepare redirects that nobody follows.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from pulumi_smtpconfig.http.failures import translated
from pulumi_smtpconfig.http.responses import Answer, seconds_to_wait
from pulumi_smtpconfig.http.retries import with_retries
from pulumi_smtpconfig.http.transport import attempt

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
        retries: How often what may pass is tried again, see `retries.with_retries`.
    """

    def __init__(self, transport: httpx.BaseTransport, timeout: float, retries: int) -> None:
        self._transport = transport
        self._timeout = timeout
        self._retries = retries
        self._headers = {
            "User-Agent": f"pulumi-smtpconfig/{version('pulumi-smtpconfig')}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }

    def send(
        self,
        method: str,
        url: str,
        content: str | None,
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
        all_headers = {"Host": urlsplit(url).netloc, **self._headers, **headers}

        def once(seconds: float) -> Answer:
            with attempt(seconds) as current:
                try:
                    return self._exchange(
                        httpx.Request(method, url, headers=all_headers, content=content)
                    )
                except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                    raise translated(error, quote, sent=current.sent) from None

        return with_retries(once, self._timeout, self._retries)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _exchange(self, request: httpx.Request) -> Answer:
        response = self._transport.handle_request(request)
        try:
            headers = response.headers
            wait = seconds_to_wait(headers.get("retry-after", ""), datetime.now(timezone.utc))
            location = headers.get("location", "")
            return Answer(response.status_code, _body(response), location, wait)
        finally:
            response.close()


def _body(response: httpx.Response) -> bytes:
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > LARGEST_ANSWER:
            return TOO_LARGE
    encoded = response.headers.get("content-encoding", "").strip().lower() in {"gzip", "deflate"}
    return _decompressed(raw) if encoded else bytes(raw)


def _decompressed(raw: bytes | bytearray) -> bytes:
    try:
        text = zlib.decompressobj(ZLIB_OR_GZIP).decompress(raw, LARGEST_ANSWER + 1)
    except zlib.error:
        return bytes(raw)
    return text if len(text) <= LARGEST_ANSWER else TOO_LARGE
