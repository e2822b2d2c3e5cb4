"""Why a stage of an SMTP session failed, and what to do about it."""

from __future__ import annotations

import smtplib
import ssl
from typing import TYPE_CHECKING

from pulumi_smtpconfig.connect import Unreachable
from pulumi_smtpconfig.interface import PLATFORM_ONLY
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.smtp.session import MALFORMED, ProtocolError
from pulumi_smtpconfig.tls import EXPIRED, OTHER_NAME, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi_smtpconfig.smtp.session import Reply

USE_SSL = "if the port expects TLS at once (usually 465), set ssl to true and starttls to false"
USE_STARTTLS = "if the port expects STARTTLS (usually 587), set starttls to true and ssl to false"

REMEDIES = {
    "look-up": f"check host, and that this machine's DNS can resolve it. {PLATFORM_ONLY}",
    "connection": (
        "check host and port (usually 587 with starttls, or 465 with ssl), and that no firewall "
        f"blocks the connection from this machine. {PLATFORM_ONLY}"
    ),
    "TLS": f"{USE_STARTTLS}; otherwise check host and port.",
    "greeting": f"{USE_SSL}; otherwise check host and port.",
    "EHLO": "check host and port, and the server's log.",
    "STARTTLS": "check the server's log, or use a port with ssl (usually 465).",
    "AUTH": (
        "check user and password. Some providers require an app password, or SMTP AUTH to be "
        "enabled for the mailbox. The login was tried only once, to avoid locking the account."
    ),
    "MAIL FROM": (
        "set envelopeFrom (or from, if envelopeFrom is not set) to an address that this user may "
        "send from. Some providers require you to verify the address or its domain first."
    ),
    "RCPT TO": (
        "check verifyRecipient, and that the server delivers to that address or relays for this "
        "user."
    ),
}
"""By stage, for failures without a remedy of their own."""

RETRY_LATER = "wait a moment and try again. If it keeps failing, check the server's log."
SESSION_DROPPED = dict.fromkeys(("EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO"), RETRY_LATER)
"""By stage, for a server that drops a session after its greeting."""

CLIENT_REJECTED = (
    "check that the server accepts connections from this machine's network, and that it does not "
    f"limit their number. {PLATFORM_ONLY}"
)
NO_STARTTLS = (
    f"{USE_SSL}; otherwise use a port that offers STARTTLS (usually 587). If the server offers "
    "STARTTLS to other clients, something on the network path may be removing the offer."
)
TAMPERING = "check the network path: something on it may be tampering with the connection."
USE_TLS = "set starttls or ssl to true."
NO_MECHANISM = (
    "enable PLAIN or LOGIN on the server (platforms log in with these), or use another port "
    "(usually 587 or 465). If the server needs no login, remove user and password."
)
LOGIN_REQUIRED = "set user and password, because this server requires a login."
USE_ASCII = "use an address with only ASCII characters."
FIX_VALUE = "correct this value."

CERTIFICATE_REMEDIES = {
    **dict.fromkeys(
        UNTRUSTED,
        "if a private authority issued the certificate, set smtpconfig:caBundle to the path of "
        "that authority's certificate (PEM), and check that the platform trusts it too.",
    ),
    **dict.fromkeys(EXPIRED, "check this machine's clock, then renew the server's certificate."),
    **dict.fromkeys(
        OTHER_NAME,
        "set host to a name in the certificate's subjectAltName, or have a certificate issued "
        "that has this name there (a common name alone does not count).",
    ),
}
"""By OpenSSL's verification code."""

REPLACE_CERTIFICATE = "replace the server's certificate."

TLS_ALERT = b"\x15\x03"
"""The start of a reply from a server that expected TLS."""

NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
"""OpenSSL's reasons for a reply that is not TLS; which one depends on its version."""

OLD_TLS = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"}
TEMPORARY = range(400, 500)


class StageFailed(Exception):
    """A stage failed.

    Attributes:
        happened: What happened, without a secret.
        remedy: What to do next; if empty, the stage's entry in `REMEDIES` applies.
        code: The code of the reply, or 0 if there is none.
        words: The part of `happened` that quotes the reply; empty if there is none.
    """

    def __init__(self, happened: str, remedy: str = "", code: int = 0, words: str = "") -> None:
        super().__init__(happened, remedy, code, words)
        self.happened = happened
        self.remedy = remedy
        self.code = code
        self.words = words


def from_reply(
    reply: Reply, expected: Iterable[int], quote: Callable[[bytes], str], remedy: str = ""
) -> StageFailed:
    """Return the failure for a reply without an expected code; `remedy` is for refusals."""
    words = quote(reply.text)
    if reply.code == MALFORMED:
        stage = "greeting" if reply.text.startswith(TLS_ALERT) else "EHLO"
        return StageFailed(f"the reply is not SMTP: {words}", REMEDIES[stage], reply.code, words)
    happened = f"it answered {reply.code} {words}"
    if reply.code < TEMPORARY.start:
        happened += f", where {' or '.join(map(str, expected))} was expected"
        remedy = REMEDIES["EHLO"]
    elif reply.code in TEMPORARY:
        remedy = RETRY_LATER
    return StageFailed(happened, remedy, reply.code, words)


def from_os_error(
    stage: str, error: OSError, seconds: float, quote: Callable[[bytes], str]
) -> StageFailed:
    """Return the failure for an exception in a stage of a session limited to `seconds`."""
    if isinstance(error, TimeoutError):
        happened = f"no complete reply within {seconds:g} s, the limit for all stages"
        return StageFailed(happened, SESSION_DROPPED.get(stage, ""))
    if isinstance(error, ssl.SSLError):
        return _from_ssl_error(error)
    if isinstance(error, ProtocolError):
        received = quote(b"\n".join(error.received.splitlines())) if error.received else ""
        happened = ": ".join(filter(None, (str(error), received)))
        return StageFailed(happened, TAMPERING if stage == "STARTTLS" else REMEDIES["EHLO"])
    if isinstance(error, Unreachable):
        return StageFailed(f"could not connect ({error})")
    if isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionError)):
        return StageFailed("it closed the connection", SESSION_DROPPED.get(stage, ""))
    reason = quote_text(error.strerror or type(error).__name__, ())
    failure = "could not resolve the host" if stage == "look-up" else "a system call failed"
    return StageFailed(f"{failure}: {reason}")


def _from_ssl_error(error: ssl.SSLError) -> StageFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        happened = f"its certificate is not trusted: {quote_text(error.verify_message, ())}"
        return StageFailed(
            happened, CERTIFICATE_REMEDIES.get(error.verify_code, REPLACE_CERTIFICATE)
        )
    reason = error.reason or type(error).__name__
    if reason in NO_TLS:
        return StageFailed(f"the reply is not TLS ({reason})", REMEDIES["TLS"])
    remedy = "enable TLS 1.2 or newer on the server." if reason in OLD_TLS else ""
    return StageFailed(f"the TLS handshake failed ({reason})", remedy)
