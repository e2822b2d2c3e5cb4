"""The HTTP client of one operation: one request, tried again while that may help."""

from __future__ import annotations

import random
import threading
import time
import zlib
from datetime import datetime, timezone
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import httpcore

from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    OutcomeUnknown,
    SmtpConfigError,
)
from pulumi_smtpconfig.http.failures import (
    CUT_COMPRESSION,
    FAILURES,
    NOTHING_SENT,
    NOTHING_TAKEN,
    from_httpcore,
)
from pulumi_smtpconfig.http.responses import (
    MAX_BODY,
    NOTHING_CHANGED,
    RETRYABLE,
    RUN_AGAIN,
    SEND_AGAIN,
    SERVER_ERROR,
    Response,
    seconds_to_wait,
)
from pulumi_smtpconfig.http.streams import CutShort
from pulumi_smtpconfig.http.transport import Transport, attempt, proxy_for_https
from pulumi_smtpconfig.interface import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from contextlib import AbstractContextManager

    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.http.transport import Attempt
    from pulumi_smtpconfig.tls import Trust

TOTAL = 60.0
"""Seconds that all repeats of a request may take together."""

FIRST_PAUSE, MAX_PAUSE = 0.5, 10.0
"""Seconds; the pause before a repeat is random, so that many clients do not come at once."""

ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


def open_client(
    config: Config,
    trust: Trust,
    warn: Callable[[str], None],
    stopped: threading.Event | None = None,
    progress: Callable[[str], None] = silent,
) -> Client:
    """Open the client that the connection settings describe; warn if `connectTo` is set.

    Raises:
        ConfigurationError: A connection setting is wrong.
    """
    timeout, retries, address = config.timeout(), config.retries(), config.connect_to()
    proxy = "" if address else proxy_for_https()
    try:
        transport = Transport(trust, address, proxy)
    except ValueError:
        raise ConfigurationError(
            "The proxy in HTTPS_PROXY cannot be used.", "set it to http://host:port, or remove it."
        ) from None
    if to := config.get("connectTo"):
        warn(f"{to.source} is set: every connection goes to {to.text}.")
    login = urlsplit(proxy)
    secret = unquote(login.password or login.username or "")
    secrets = [secret] if secret else []
    return Client(transport, timeout, retries, secrets, stopped, progress)


class Client:
    """A client that is safe to share between threads.

    Args:
        transport: What carries the requests.
        timeout: Seconds for one try, from connecting to the last byte of the response.
        retries: How often a request that failed for the moment is tried again.
        secrets: What no error about a request may show: those of the proxy.
        stopped: Once it is set, pauses end and nothing more is sent.
        progress: Shows the user which try comes next, for as long as it runs.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one client an operation, made in one place
        self,
        transport: Transport,
        timeout: float,
        retries: int,
        secrets: Collection[str] = (),
        stopped: threading.Event | None = None,
        progress: Callable[[str], None] = silent,
    ) -> None:
        self._progress = progress
        self._stopped = stopped or threading.Event()
        self.secrets = secrets
        self._transport = transport
        self._timeout = timeout
        self._retries = retries
        self._headers = {
            "User-Agent": f"pulumi-smtpconfig/{version('pulumi-smtpconfig')}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }

    def send(  # noqa: PLR0913 - what a request consists of
        self,
        method: str,
        url: str,
        content: str | None,
        headers: Mapping[str, str],
        secrets: Collection[str],
        *,
        repeatable: bool = True,
    ) -> Response:
        """Send a request, and send it again while that may help; the Host header keeps its case.

        A POST of these settings replaces them, so a repeat does no harm. A failed connection, a
        timeout, and the statuses 429, 502, 503 and 504 are tried again, within 60 seconds in all;
        `Retry-After` is respected within that.

        Args:
            method: The HTTP method.
            url: An https URL.
            content: The body.
            headers: Its type, and the credentials.
            secrets: What no error shows.
            repeatable: Whether it may be sent again.

        Raises:
            ConnectionFailed: Nothing was sent, perhaps because the client is stopped.
            OutcomeUnknown: It was sent, and no response came.
        """
        if self._stopped.is_set():
            raise ConnectionFailed(NOTHING_CHANGED, RUN_AGAIN)
        headers = {"Host": urlsplit(url).netloc, **self._headers, **headers}
        body = None if content is None else content.encode()
        stream = partial(self._transport.stream, method, url, headers, body)
        tries = _Tries(self._retries if repeatable else 0, self._stopped, self._progress)
        seconds = self._timeout
        while True:
            try:
                response = self._attempt(stream, seconds, secrets)
            except SmtpConfigError as error:
                tries.may_be_applied |= isinstance(error, OutcomeUnknown)
                if not (error.retryable and tries.pause()):
                    raise tries.describe(error) from None
            else:
                tries.may_be_applied |= response.status >= SERVER_ERROR
                if not (response.status in RETRYABLE and tries.pause(response.retry_after)):
                    return response._replace(
                        tried=tries.summary(), may_be_applied=tries.may_be_applied
                    )
            seconds = min(self._timeout, tries.seconds_left())

    def once(self, seconds: float) -> Client:
        """Return a client of the same platforms that tries once, for so many seconds."""
        return Client(self._transport, min(seconds, self._timeout), 0, self.secrets, self._stopped)

    def _attempt(
        self,
        stream: Callable[[], AbstractContextManager[httpcore.Response]],
        seconds: float,
        secrets: Collection[str],
    ) -> Response:
        with attempt(seconds) as current:
            try:
                with stream() as response:
                    now = datetime.now(timezone.utc)
                    return Response(
                        status=response.status,
                        body=_body(response, current),
                        location=_header(response, b"location"),
                        retry_after=seconds_to_wait(_header(response, b"retry-after"), now),
                    )
            except FAILURES as error:
                raise from_httpcore(error, secrets, current) from None


class _Tries:
    """The tries of one request.

    Attributes:
        may_be_applied: Whether one of them may have been applied although no response said so.
    """

    def __init__(
        self, retries: int, stopped: threading.Event, progress: Callable[[str], None]
    ) -> None:
        self._progress = progress
        self._stopped = stopped
        self.may_be_applied = False
        self._retries = retries
        self._count = 1
        self._began = time.monotonic()

    def seconds_left(self) -> float:
        return TOTAL - (time.monotonic() - self._began)

    def pause(self, retry_after: float = 0.0) -> bool:
        """Wait before the next try; return False at once if there is none left."""
        longest = min(FIRST_PAUSE * 2 ** (self._count - 1), MAX_PAUSE)
        seconds = max(random.uniform(0, longest), retry_after)  # noqa: S311 - no secret depends on it
        if self._count > self._retries or seconds >= self.seconds_left():
            return False
        coming = f"try {self._count + 1} of {self._retries + 1}"
        if seconds >= 1:
            self._progress(f"{coming} in {seconds:.0f} s")
        if self._stopped.wait(seconds):
            return False
        self._progress(coming)
        self._count += 1
        return True

    def describe(self, error: SmtpConfigError) -> SmtpConfigError:
        """Return the last try's error, with the number of tries and what may come of all."""
        happened = error.happened.removesuffix(".")
        if self.may_be_applied:
            for consequence in (NOTHING_SENT, NOTHING_TAKEN):
                happened = happened.replace(consequence, ", but an earlier try was sent")
            described: SmtpConfigError = OutcomeUnknown(f"{happened}{self.summary()}.", SEND_AGAIN)
        else:
            described = type(error)(f"{happened}{self.summary()}.", error.remedy)
        described.retryable = error.retryable
        return described

    def summary(self) -> str:
        seconds = TOTAL - self.seconds_left()
        return f" ({self._count} tries in {seconds:.0f} s)" if self._count > 1 else ""


def _header(response: httpcore.Response, name: bytes) -> str:
    values = [value for key, value in response.headers if key.lower() == name]
    return b", ".join(values).decode("latin-1")


def _body(response: httpcore.Response, current: Attempt) -> bytes:
    """Return the body, decompressed, or only its beginning if it is larger than `MAX_BODY`.

    Raises:
        CutShort: Its end is that of the connection, without TLS saying so (RFC 9112, section 9.8).
        httpcore.RemoteProtocolError: The compressed data is cut, or more follows it.
    """
    raw = bytearray()
    for chunk in response.iter_stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            return bytes(raw)
    if current.cut:
        raise CutShort
    if _header(response, b"content-encoding").strip().lower() not in {"gzip", "deflate"}:
        return bytes(raw)
    decompressor = zlib.decompressobj(ZLIB_OR_GZIP)
    try:
        body = decompressor.decompress(raw, MAX_BODY + 1)
    except zlib.error:
        return bytes(raw)
    if len(body) <= MAX_BODY and (not decompressor.eof or decompressor.unused_data):
        raise httpcore.RemoteProtocolError(CUT_COMPRESSION)
    return body
