"""httpcore's exceptions in our words: what failed underneath, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpcore

from pulumi_smtpconfig.connect import Unreachable
from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.http.responses import AGAIN, RETRYABLE, SEND_AGAIN
from pulumi_smtpconfig.http.streams import CertificateRequired, CutShort
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.tls import EXPIRED, OTHER_NAME, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Collection

    from pulumi_smtpconfig.http.transport import Attempt

TOO_LONG = "its headers and interim answers are longer than 64 KiB"
UNASKED = "it spoke or left before it was asked"
CUT_COMPRESSION = "its compressed body does not end where it should"
OUR_WORDS = {TOO_LONG, UNASKED, CUT_COMPRESSION}
"""What is wrong with an answer though nobody else says so; it is not quoted."""

UPGRADE = "_SWITCH_UPGRADE"
"""What h11 calls an answer 101; it reports one that was not asked for as a protocol error."""

NOTHING_SENT, NOTHING_TAKEN = ", so nothing was sent", ", so it took nothing"
"""What follows for one try; an earlier one may have been sent all the same."""

PLAIN_ANSWERS = {
    *("HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"),
    *("UNEXPECTED_MESSAGE", "UNKNOWN_PROTOCOL", "WRONG_VERSION_NUMBER"),
}
"""How OpenSSL takes an answer that is not TLS."""

NO_TLS = " answers without TLS, and this provider speaks https only"
TERMINATE_TLS = (
    "check hostname and its port; if the platform serves http there, put a proxy in front of it "
    "that terminates TLS with a certificate for this host, and let hostname or "
    f"smtpconfig:connectTo lead there, {AGAIN}"
)
PLAIN_PROXY = f"set HTTPS_PROXY to http:// and the proxy's host and port, {AGAIN}"
CHECK_PROXY = (
    "check the proxy in HTTPS_PROXY, and whether it lets this machine connect there, or name the "
    f"host in NO_PROXY if it needs no proxy, {AGAIN}"
)
CHECK_PROXY_NAME = (
    "check the host in HTTPS_PROXY, because another server may have answered, or have the proxy's "
    "certificate issued with this name in its subjectAltName (a common name alone does not "
    f"count), {AGAIN}"
)
PROXY_REMEDIES = {
    403: "have the proxy in HTTPS_PROXY allow this host and port, or name the host in NO_PROXY if "
    f"it needs no proxy, {AGAIN}",
    407: "set HTTPS_PROXY to http://user:password@host:port with a user and password that the "
    f"proxy accepts, or name the host in NO_PROXY if it needs no proxy, {AGAIN}",
}
NO_CLIENT_CERTIFICATE = (
    "have the server accept this client without a certificate, or set hostname to an address of "
    f"the platform that asks for none, {AGAIN}"
)
RAISE_TIMEOUT = f"check that the platform is up, or raise smtpconfig:timeout (seconds), {AGAIN}"
CHECK_DNS = (
    "check hostname and tenantId (or smtpconfig:tokenUrl, smtpconfig:connectTo, HTTPS_PROXY, if "
    f"they are set), and that this machine's DNS knows the host, {AGAIN}"
)
CHECK_NETWORK = (
    "check hostname and its port (or smtpconfig:tokenUrl, smtpconfig:connectTo, HTTPS_PROXY, if "
    f"they are set), and that this machine may connect there, {AGAIN}"
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
    CutShort,
    UnicodeError,
)
"""What a request that failed raises."""


def from_httpcore(error: Exception, secrets: Collection[str], attempt: Attempt) -> SmtpConfigError:
    """Return the error for one of `FAILURES` in an attempt."""
    cause = _cause(error)
    is_timeout = isinstance(error, httpcore.TimeoutException)
    what = " within smtpconfig:timeout" if is_timeout else f": {_reason(cause, secrets)}"
    who = "The proxy" if attempt.at_proxy else "The server"
    if isinstance(cause, CertificateRequired):
        return ConnectionFailed(
            f"{who} asks for a client certificate, which this provider does not have"
            f"{NOTHING_TAKEN}.",
            CHECK_PROXY if attempt.at_proxy else NO_CLIENT_CERTIFICATE,
        )
    if isinstance(error, httpcore.ProxyError):
        return _refused_by_proxy(error, secrets)
    if attempt.sent and UPGRADE in str(error):
        return OutcomeUnknown(
            "The server answered 101 Switching Protocols, which was not asked for.", SEND_AGAIN
        )
    if attempt.sent:
        unknown = OutcomeUnknown(
            f"The request was sent, but no complete response came{what}.", SEND_AGAIN
        )
        unknown.retryable = True
        return unknown
    untrusted = isinstance(cause, ssl.SSLCertVerificationError)
    if not untrusted and getattr(cause, "reason", "") in PLAIN_ANSWERS:
        remedy = PLAIN_PROXY if attempt.at_proxy else TERMINATE_TLS
        return ConnectionFailed(f"{who}{NO_TLS}{NOTHING_SENT}.", remedy)
    failure = "'s certificate is not trusted" if untrusted else " was not reached"
    if attempt.at_proxy and not untrusted:
        failure = " did not connect to the server"
    remedy = _remedy(cause, at_proxy=attempt.at_proxy)
    failed = ConnectionFailed(f"{who}{failure}{what}{NOTHING_SENT}.", remedy)
    failed.retryable = not untrusted
    return failed


def _refused_by_proxy(error: httpcore.ProxyError, secrets: Collection[str]) -> ConnectionFailed:
    """Return the error for a proxy's answer to CONNECT; httpcore's message is its status line."""
    status = int(str(error)[:3])
    failed = ConnectionFailed(
        "The proxy refused to connect to the server: "
        f"{quote_text(str(error), secrets)}{NOTHING_SENT}.",
        PROXY_REMEDIES.get(status, CHECK_PROXY),
    )
    failed.retryable = status in RETRYABLE
    return failed


def _cause(error: BaseException) -> BaseException:
    """Return the error of the operating system or of TLS underneath, or the innermost one."""
    while not isinstance(error, OSError) and (inner := error.__cause__ or error.__context__):
        error = inner
    return error


def _reason(cause: BaseException, secrets: Collection[str]) -> str:
    if isinstance(cause, Unreachable | CutShort) or str(cause) in OUR_WORDS:
        return str(cause)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return quote_text(cause.verify_message, secrets)
    reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return quote_text(reason, secrets)


def _remedy(cause: BaseException, *, at_proxy: bool) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        if at_proxy and cause.verify_code in OTHER_NAME:
            return CHECK_PROXY_NAME
        return CERTIFICATE_REMEDIES.get(cause.verify_code, REPLACE_CERTIFICATE)
    if at_proxy:
        return CHECK_PROXY
    if isinstance(cause, socket.gaierror):
        return CHECK_DNS
    return RAISE_TIMEOUT if isinstance(cause, TimeoutError) else CHECK_NETWORK
