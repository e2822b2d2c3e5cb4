"""Why a stage of an SMTP session failed, in the words of whoever said so, and what to do next."""

from __future__ import annotations

import smtplib
import ssl
from typing import TYPE_CHECKING

from pulumi_smtpconfig import smtp_remedies as remedies
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.smtp_connecting import NotReached
from pulumi_smtpconfig.smtp_session import NO_REPLY, Unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.smtp_session import Reply

NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
"""OpenSSL's reasons for an answer that is none of TLS; which one it is depends on its version."""

OLD_TLS = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"}
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
            remedies.GENERAL["greeting" if tls else "connection"],
        )
    what = f"it answered {reply.code} {quote(reply.text)}"
    return Failed(what, remedies.LATER if reply.code in TEMPORARY else remedy)


def explained(stage: str, error: OSError, seconds: float) -> Failed:
    """Return what an exception of the standard library says of a stage."""
    if isinstance(error, TimeoutError):
        what = f"no whole answer came within {seconds:g} s, which all stages share"
        return Failed(what, remedies.UNANSWERED.get(stage, ""))
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if isinstance(error, Unclear):
        remedy = remedies.FORGED if stage == "STARTTLS" else remedies.GENERAL["EHLO"]
        return Failed(str(error), remedy)
    if isinstance(error, NotReached):
        return Failed(f"no connection was made ({error})")
    if isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionError)):
        return Failed("it closed the connection", remedies.UNANSWERED.get(stage, ""))
    said = quoted(error.strerror or type(error).__name__, ())
    return Failed(
        f"{'the host is not known' if stage == 'look-up' else 'this failed here'}: {said}"
    )


def _of_tls(error: ssl.SSLError) -> Failed:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = quoted(error.verify_message, ())
        remedy = remedies.certificate_remedy(error.verify_code)
        return Failed(f"its certificate is not trusted: {said}", remedy)
    reason = error.reason or type(error).__name__
    if reason in NO_TLS:
        return Failed(f"what answered does not speak TLS ({reason})", remedies.GENERAL["TLS"])
    return Failed(f"TLS failed ({reason})", remedies.OLD_TLS if reason in OLD_TLS else "")
