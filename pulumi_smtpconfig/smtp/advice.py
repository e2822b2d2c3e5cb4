"""Why a stage of an SMTP session failed, and what to do next."""

from __future__ import annotations

import smtplib
import ssl
from typing import TYPE_CHECKING

from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.smtp.connect import NotReached
from pulumi_smtpconfig.smtp.session import NO_REPLY, Unclear
from pulumi_smtpconfig.tls import EXPIRED, OTHER_NAME, UNTRUSTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.smtp.session import Reply

AGAIN = "then try again."
ELSEWHERE = 'If the platform alone can reach the server, set verify to "off".'
IMPLICIT = "set ssl to true and starttls to false if this port speaks TLS from the first byte"
EXPLICIT = "set starttls to true and ssl to false if this port begins without TLS"

GENERAL = {
    "look-up": f"check host, and that this machine's DNS knows it, {AGAIN} {ELSEWHERE}",
    "connection": (
        "check host and port (mostly 587 with starttls, 465 with ssl), and that firewalls let this "
        f"machine connect there, {AGAIN} {ELSEWHERE}"
    ),
    "TLS": f"{EXPLICIT} (as 587 mostly does), or check host and port, {AGAIN}",
    "greeting": f"{IMPLICIT} (as 465 mostly does), or check host and port, {AGAIN}",
    "EHLO": f"check host and port, and look into the server's log, {AGAIN}",
    "STARTTLS": f"look into the server's log, or use a port with ssl (mostly 465), {AGAIN}",
    "AUTH": (
        "check user and password; some providers want a password for this application alone, or "
        f"SMTP AUTH to be enabled for the mailbox, {AGAIN} It was tried once, so that no account "
        "is locked."
    ),
    "MAIL FROM": (
        "let the server allow this user to send as envelopeFrom (or from, where that is not set), "
        f"which may mean to verify the address or its domain, or set another one, {AGAIN}"
    ),
    "RCPT TO": (
        "check verifyRecipient, and that the server delivers to that address or relays for this "
        f"user, {AGAIN}"
    ),
}

LATER = f"wait a little, and look into the server's log if it stays, {AGAIN}"
UNANSWERED = dict.fromkeys(("EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO"), LATER)
"""By stage, where the server breaks off a session that it began."""

TURNED_AWAY = (
    "see whether the server takes connections from this machine's network, or has had too many, "
    f"{AGAIN} {ELSEWHERE}"
)
NOT_OFFERED = (
    f"{IMPLICIT}, or use the port that offers STARTTLS (mostly 587), {AGAIN} If it offers STARTTLS "
    "elsewhere, something between this machine and the server may remove the offer."
)
FORGED = (
    "see who stands between this machine and the server, as the server itself does not speak "
    f"there, {AGAIN}"
)
WITHOUT_TLS = f"set starttls or ssl to true, {AGAIN}"
NO_MECHANISM = (
    "let the server offer PLAIN or LOGIN on this port (mostly 587 or 465), as these are what "
    f"platforms authenticate with, or remove user and password if it needs none, {AGAIN}"
)
WITHOUT_USER = f"set user and password, as this server wants them, {AGAIN}"
OLD_TLS = f"let the server speak TLS 1.2 or newer, {AGAIN}"
ASCII_ALONE = f"set an address without other letters than those of ASCII, {AGAIN}"
UNSENDABLE = f"correct it, {AGAIN}"


def certificate_remedy(code: int) -> str:
    """Return what to do about a certificate that OpenSSL refused with a code."""
    if code in UNTRUSTED:
        return (
            "if a private authority issued the certificate, set smtpconfig:caBundle to the path of "
            f"that authority's certificate (PEM), and see that the platform trusts it, {AGAIN}"
        )
    if code in EXPIRED:
        return f"check this machine's clock, have the server's certificate renewed, {AGAIN}"
    if code in OTHER_NAME:
        return f"set host to a name that the certificate is for, {AGAIN}"
    return f"have the server's certificate replaced, {AGAIN}"


NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
"""OpenSSL's reasons for an answer that is none of TLS; which one it is depends on its version."""

OLD_TLS_REASONS = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"}
ALERT = b"\x15\x03"
"""How TLS answers what is no TLS."""

TEMPORARY = range(400, 500)


class Failed(Exception):
    """A stage failed.

    Attributes:
        what: What happened, without a secret.
        remedy: What to do next; empty for what helps at most failures of the stage.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy


def refused(reply: Reply, quote: Callable[[bytes], str], remedy: str = "") -> Failed:
    """Return what a reply says that is none of those hoped for."""
    if reply.code == NO_REPLY:
        tls = reply.text.startswith(ALERT)
        return Failed(
            f"what answered is no SMTP server: {quote(reply.text)}",
            GENERAL["greeting" if tls else "connection"],
        )
    what = f"it answered {reply.code} {quote(reply.text)}"
    return Failed(what, LATER if reply.code in TEMPORARY else remedy)


def explained(stage: str, error: OSError, seconds: float) -> Failed:
    """Return what an exception of the standard library says of a stage."""
    if isinstance(error, TimeoutError):
        what = f"no whole answer came within {seconds:g} s, which all stages share"
        return Failed(what, UNANSWERED.get(stage, ""))
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if isinstance(error, Unclear):
        remedy = FORGED if stage == "STARTTLS" else GENERAL["EHLO"]
        return Failed(str(error), remedy)
    if isinstance(error, NotReached):
        return Failed(f"no connection was made ({error})")
    if isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionError)):
        return Failed("it closed the connection", UNANSWERED.get(stage, ""))
    said = quoted(error.strerror or type(error).__name__, ())
    return Failed(
        f"{'the host is not known' if stage == 'look-up' else 'this failed here'}: {said}"
    )


def _of_tls(error: ssl.SSLError) -> Failed:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = quoted(error.verify_message, ())
        remedy = certificate_remedy(error.verify_code)
        return Failed(f"its certificate is not trusted: {said}", remedy)
    reason = error.reason or type(error).__name__
    if reason in NO_TLS:
        return Failed(f"what answered does not speak TLS ({reason})", GENERAL["TLS"])
    return Failed(f"TLS failed ({reason})", OLD_TLS if reason in OLD_TLS_REASONS else "")
