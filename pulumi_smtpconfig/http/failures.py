"""httpx's exceptions in this package's words: what failed underneath, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown
from pulumi_smtpconfig.http.responses import AGAIN, SEND_AGAIN
from pulumi_smtpconfig.tls import OTHER_NAME, OUTSIDE_ITS_TIME, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Callable

PROXY = f"check the proxy in HTTPS_PROXY, and whether it lets this machine connect there, {AGAIN}"
RAISE_THE_TIMEOUT = f"see that the platform is well, or raise smtpconfig:timeout (seconds), {AGAIN}"


def translated(
    error: Exception, quote: Callable[[str], str], *, sent: bool
) -> ConnectionFailed | OutcomeUnknown:
    """Return what an exception of httpx says, as an error that tells whether anything was sent."""
    cause = _root(error)
    is_timeout = isinstance(error, httpx.TimeoutException)
    what = " within smtpconfig:timeout" if is_timeout else f": {_said(cause, quote)}"
    if sent:
        unknown = OutcomeUnknown(
            f"The request was sent, but no whole answer came{what}.", SEND_AGAIN
        )
        unknown.may_pass = True
        return unknown
    untrusted = isinstance(cause, ssl.SSLCertVerificationError)
    how = "'s certificate is not trusted" if untrusted else " was not reached"
    remedy = PROXY if isinstance(error, httpx.ProxyError) else _remedy(cause)
    failed = ConnectionFailed(f"The server{how}{what}, so nothing was sent.", remedy)
    failed.may_pass = not untrusted
    return failed


def _root(error: BaseException) -> BaseException:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def _said(cause: BaseException, quote: Callable[[str], str]) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return quote(cause.verify_message)
    return quote(getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)


def _remedy(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_remedy(cause.verify_code)
    if isinstance(cause, socket.gaierror):
        return (
            "check hostname and tenantId (or tokenUrl, connectTo, HTTPS_PROXY, where these are "
            f"set), and that this machine's DNS knows the host, {AGAIN}"
        )
    if isinstance(cause, TimeoutError):
        return RAISE_THE_TIMEOUT
    return (
        "check hostname and its port (or tokenUrl, connectTo, HTTPS_PROXY, where these are set), "
        f"and that this machine may connect there, {AGAIN}"
    )


def _certificate_remedy(code: int) -> str:
    if code in UNTRUSTED:
        return (
            "if a private authority issued the certificate, set smtpconfig:caBundle to the path of "
            f"that authority's certificate (PEM), {AGAIN}"
        )
    if code in OUTSIDE_ITS_TIME:
        return f"check this machine's clock, have the server's certificate renewed, {AGAIN}"
    if code in OTHER_NAME:
        return (
            "check hostname and tenantId, as another server may have answered, or have the "
            f"certificate issued for this name too, {AGAIN}"
        )
    return f"have the server's certificate replaced, {AGAIN}"
