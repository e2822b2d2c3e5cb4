"""The HTTP client of one operation: attaches the token, judges the answer; knows no mail."""

from __future__ import annotations

import json
import zlib
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from pulumi_smtpconfig.answers import Answer, judge
from pulumi_smtpconfig.failures import translated
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.transport import deadline

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_smtpconfig.credentials import Token

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer's body that are kept at most, compressed or not."""

TOO_LARGE = b"(an answer of more than 1 MiB)"
ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


class Client:
    """A pooled client, safe to share between threads.

    Args:
        transport: What carries the requests, see `transport.open_transport`.
        timeout: Seconds for one request, from connecting to the last byte of the answer.
    """

    def __init__(self, transport: httpx.BaseTransport, timeout: float) -> None:
        self._timeout = timeout
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
        self, method: str, url: str, body: Mapping[str, str], token: Token, secrets: Collection[str]
    ) -> dict[str, Any]:
        """Send a JSON body, and return the JSON object of the answer that says it was taken.

        The Host header has the URL's own case (contract: "tenant ids are case-sensitive"), and
        the body is pure ASCII, so that no server can mistake its charset.

        Args:
            method: The HTTP method.
            url: An https URL.
            body: What to send.
            token: Goes into the Authorization header.
            secrets: What no error repeats, though the platform may echo it; so the token.

        Raises:
            ConnectionFailed: Nothing was sent.
            Refused: The platform did not take it.
            OutcomeUnknown: It was sent, and no answer tells what became of it.
        """
        quote = partial(quoted, secrets=[*secrets, token.value])
        headers = {
            "Host": urlsplit(url).netloc,
            "Authorization": f"Bearer {token.value}",
            "Content-Type": "application/json",
        }
        request = self._http.build_request(method, url, content=json.dumps(body), headers=headers)
        try:
            with deadline(self._timeout):
                answer = self._exchange(request)
        except httpx.RequestError as error:
            raise translated(error, quote) from None
        return judge(answer, quote)

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
