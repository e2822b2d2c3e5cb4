"""httpcore's exceptions in our words: what failed underneath, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpcore

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown
from pulumi_smtpconfig.http.responses import AGAIN, SEND_AGAIN
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.tls import EXPIRED, OTHER_NAME, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Collection

CHECK_PROXY = (
    f"check the proxy in HTTPS_PROXY, and whether it lets this machine connect there, {AGAIN}"
)
RAISE_TIMEOUT = f"check that the platform is up, or raise smtpconfig:timeout (seconds), {AGAIN}"
CHECK_DNS = (
    "check hostname and tenantId (or tokenUrl, connectTo, HTTPS_PROXY, if they are set), and that "
    f"this machine's DNS knows the host, {AGAIN}"
)
CHECK_NETWORK = (
    "check hostname and its port (or tokenUrl, connectTo, HTTPS_PROXY, if they are set), and that "
    f"this machine may connect there, {AGAIN}"
)
CERTIFICATE_REMEDIES = {
    **dict.fromkeys(
        UNTRUSTED,
        "if a private authority issued the certificate, set smtpconfig:caBundle to the path of "
        f"that authority's certificate (PEM), {AGAIN}",
    ),
    **dict.fromkeys(
        EXPIRED, f"check this machine's clock, have the server's certificate renewed, {AGAIN}"
    ),
    **dict.fromkeys(
        OTHER_NAME,
        "check hostname and tenantId, because another server may have answered, or have the "
        "certificate issued with this name in its subjectAltName (a common name alone does not "
        f"count), {AGAIN}",
    ),
}
REPLACE_CERTIFICATE = f"have the server's certificate replaced, {AGAIN}"


FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
"""What httpcore raises for a request that failed; they have no base of their own."""


def from_httpcore(
    error: Exception, secrets: Collection[str], *, sent: bool
) -> ConnectionFailed | OutcomeUnknown:
    """Return the error for one of `FAILURES`; `sent` says whether any of the request left."""
    cause = _root(error)
    is_timeout = isinstance(error, httpcore.TimeoutException)
    what = " within smtpconfig:timeout" if is_timeout else f": {_reason(cause, secrets)}"
    if sent:
        unknown = OutcomeUnknown(
            f"The request was sent, but no complete response came{what}.", SEND_AGAIN
        )
        unknown.retryable = True
        return unknown
    untrusted = isinstance(cause, ssl.SSLCertVerificationError)
    failure = "'s certificate is not trusted" if untrusted else " was not reached"
    remedy = CHECK_PROXY if isinstance(error, httpcore.ProxyError) else _remedy(cause)
    failed = ConnectionFailed(f"The server{failure}{what}, so nothing was sent.", remedy)
    failed.retryable = not untrusted
    return failed


def _root(error: BaseException) -> BaseException:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def _reason(cause: BaseException, secrets: Collection[str]) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return quote_text(cause.verify_message, secrets)
    reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return quote_text(reason, secrets)


def _remedy(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CERTIFICATE_REMEDIES.get(cause.verify_code, REPLACE_CERTIFICATE)
    if isinstance(cause, socket.gaierror):
        return CHECK_DNS
    return RAISE_TIMEOUT if isinstance(cause, TimeoutError) else CHECK_NETWORK
