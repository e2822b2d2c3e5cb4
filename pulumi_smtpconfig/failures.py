"""httpx's exceptions in this package's words: what failed underneath, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from pulumi_smtpconfig.answers import AGAIN, SEND_AGAIN
from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, SmtpConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING_WAS_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)

EXPIRED = 10
UNTRUSTED = (18, 19, 20, 21)
"""X509_V_ERR codes of OpenSSL: self-signed, or issued by an authority that is not known."""

RAISE_THE_TIMEOUT = f"see that the platform is well, or raise smtpconfig:timeout (seconds), {AGAIN}"


def translated(error: httpx.RequestError, quote: Callable[[str], str]) -> SmtpConfigError:
    """Return what an exception of httpx says, as an error that tells whether anything was sent."""
    cause = _root(error)
    what = (
        f"the time was up ({type(error).__name__})" if _is_timeout(error) else _said(cause, quote)
    )
    if isinstance(error, NOTHING_WAS_SENT):
        failed = ConnectionFailed(f"The platform was not reached: {what}.", _remedy(cause))
        failed.may_pass = not isinstance(cause, ssl.SSLCertVerificationError)
        return failed
    unknown = OutcomeUnknown(f"The request was sent, but no answer came: {what}.", SEND_AGAIN)
    unknown.may_pass = True
    return unknown


def _root(error: BaseException) -> BaseException:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def _is_timeout(error: httpx.RequestError) -> bool:
    return isinstance(error, httpx.TimeoutException)


def _said(cause: BaseException, quote: Callable[[str], str]) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return quote(cause.verify_message)
    return quote(getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)


def _remedy(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_remedy(cause.verify_code)
    if isinstance(cause, socket.gaierror):
        return f"check hostname and tenantId, and that this machine's DNS knows them, {AGAIN}"
    if isinstance(cause, TimeoutError):
        return RAISE_THE_TIMEOUT
    return f"check hostname and its port, and that this machine may connect there, {AGAIN}"


def _certificate_remedy(code: int) -> str:
    if code in UNTRUSTED:
        return (
            "if a private authority issued the certificate, set smtpconfig:caBundle to the path of "
            f"that authority's certificate (PEM), {AGAIN}"
        )
    if code == EXPIRED:
        return f"let the platform's certificate be renewed, {AGAIN}"
    return f"check hostname and tenantId: the certificate is another server's, {AGAIN}"
