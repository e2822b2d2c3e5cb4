"""Why a stage of an SMTP session failed, and what to do about it."""

from __future__ import annotations

import re
import smtplib
import ssl
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.connect import Unreachable
from pulumi_smtpconfig.interface import PLATFORM_ONLY
from pulumi_smtpconfig.redaction import quote_text
from pulumi_smtpconfig.smtp.session import CHALLENGE, MALFORMED, ProtocolError
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
    "token": (
        "check authTokenUrl, authTokenClientId, authTokenClientSecret and authTokenScope, and that "
        "this machine can reach the token endpoint."
    ),
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
VERIFY_ALONE = "verify this sender alone, with `smtpconfig verify`."
SESSION_DROPPED = dict.fromkeys(("EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO"), RETRY_LATER)
"""By stage, for a server that drops a session after its greeting."""

CLIENT_REJECTED = (
    "check that the server accepts connections from this machine's network, and that it does not "
    f"limit their number. {PLATFORM_ONLY}"
)
NO_STARTTLS = (
    f"{USE_SSL}; otherwise use a port that offers STARTTLS (usually 587). If the server offers "
    "STARTTLS to other clients, something on the network path may be removing the offer. If the "
    "server has no TLS at all, set starttls to false: mail then goes unencrypted, and so would a "
    "password (W202), which is tried here on this machine's loopback addresses alone."
)
TAMPERING = "check the network path: something on it may be tampering with the connection."
USE_TLS = "set starttls to true (usually with port 587), or ssl (usually with port 465)."
TLS_FOR_LOGIN = (
    "set starttls or ssl to true. A login without TLS is tried here on loopback addresses alone, "
    "because anybody on the network path can read it: if the server has no TLS (W202), set verify "
    'to "off".'
)
NO_AUTH = (
    "use a port with logins (usually 587 or 465), or enable AUTH on the server. If it needs no "
    "login, remove user and password."
)
NO_MECHANISM = (
    "enable LOGIN or PLAIN on the server. The platforms' mailer, Jakarta Mail, uses the first of "
    "LOGIN, PLAIN, DIGEST-MD5 and NTLM that a server offers. If the server needs no login, remove "
    "user and password."
)
UNTRIED_MECHANISM = (
    "enable LOGIN or PLAIN on the server, which Jakarta Mail prefers and this provider can try. If "
    'that is not possible, set verify to "warn" or "off", and send a test mail from the platform.'
)
USE_XOAUTH2 = (
    "log in by token (authTokenUrl and the arguments with it, on Keycloak 26.2 or newer), or use "
    "another mail service."
)
NO_XOAUTH2 = (
    "enable XOAUTH2 on the server, or use another port (usually 587 or 465), or a password instead "
    "of a token."
)
XOAUTH2_REFUSED = (
    "check user and authTokenScope, and that the mail service lets the client authTokenClientId "
    "send as this user. The token itself was granted. The login was tried only once."
)
LOGIN_REQUIRED = "set user and password, because this server requires a login."
USE_ASCII = (
    "use an address with only ASCII characters before the @, or a server that offers SMTPUTF8."
)
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

USE_APP_LOGIN = (
    "use an app password instead of the account's own, or first sign in to the account with a "
    "browser, as the server's words say."
)
ENABLE_SMTP_AUTH = (
    "check user and password, and that SMTP AUTH (authenticated SMTP) is enabled for the "
    "organisation and for the mailbox. The login was tried only once, to avoid locking the account."
)
GREYLISTED = (
    "try again in a few minutes: the server defers senders that it does not know (greylisting). "
    "Have it make an exception, because a platform may not send a mail a second time."
)
RELAY_DENIED = (
    "set user and password if the server relays for those who log in, or have it relay for the "
    "platform's network."
)
OTHER_PORT = (
    "check that host and port are of a server that takes mail from clients (usually 587 or 465), "
    "and its log: it does not take this command here."
)
SENDER_DOMAIN = (
    "check the domain of envelopeFrom (or from, if envelopeFrom is not set): the server does not "
    "find it in the DNS, or finds no server for its mail."
)
SENDER_ADDRESS = (
    "correct envelopeFrom (or from, if envelopeFrom is not set): the server knows no such mailbox."
)


class Advice(NamedTuple):
    """What to do about a refusal that has one of the codes, or some words, at some stages.

    Attributes:
        remedy: What to do.
        codes: Reply codes, and enhanced status codes (RFC 3463).
        words: Searched in the reply's text, whatever its code is.
        stages: Where this applies.
    """

    remedy: str
    codes: frozenset[str]
    words: re.Pattern[str] | None
    stages: frozenset[str]


def _advice(remedy: str, codes: str = "", words: str = "", stages: str = "") -> Advice:
    pattern = re.compile(words, re.IGNORECASE) if words else None
    where = stages.split(",") if stages else [stage for stage in REMEDIES if stage != "STARTTLS"]
    return Advice(remedy, frozenset(codes.split()), pattern, frozenset(where))


TLS_NAME = r"(?:\b(?:TLS|SSL)\b|\bencrypt(?:ion|ed)\b|\bsecure (?:connection|channel))"
DEMAND = r"\b(?:requires?|required|needs?|needed|must|mandatory|first)\b"
REPLIES = (
    _advice(
        USE_TLS,
        "523 538 5.7.10 5.7.11",
        rf"\bSTARTTLS\b|{TLS_NAME}.{{0,40}}{DEMAND}|{DEMAND}.{{0,40}}{TLS_NAME}",
    ),
    _advice(USE_XOAUTH2, "5.7.30", stages="AUTH"),
    _advice(
        USE_XOAUTH2, words=r"basic auth\w*\b.{0,40}\b(not supported|disabled|blocked|no longer)"
    ),
    _advice(ENABLE_SMTP_AUTH, "5.7.139", "SmtpClientAuthentication"),
    _advice(ENABLE_SMTP_AUTH, "5.7.3", stages="AUTH"),
    _advice(
        USE_APP_LOGIN,
        "534",
        r"\bapp(lication)?([ -]specific)? password|web ?login|\bweb browser|second ?factor",
        "AUTH",
    ),
    _advice(
        RELAY_DENIED,
        words=r"\brelay(ing)?\b.{0,40}\b(denied|not|prohibited)|(unable|not allowed) to relay",
    ),
    _advice(
        LOGIN_REQUIRED,
        "5.7.57 5.7.3",
        r"\bauth\w*\b.{0,20}\brequired\b|not authenticated|\blog ?in first",
        "MAIL FROM,RCPT TO",
    ),
    _advice(SENDER_DOMAIN, "5.1.8 4.1.8", r"\bdomain\b.{0,20}\bnot (found|exist)", "MAIL FROM"),
    _advice(SENDER_ADDRESS, "5.1.7 4.1.7", stages="MAIL FROM"),
    _advice(OTHER_PORT, "5.5.1 502 503", stages="EHLO,STARTTLS,AUTH,MAIL FROM,RCPT TO"),
    _advice(GREYLISTED, words=r"\bgr[ae]y-?list", stages="MAIL FROM,RCPT TO"),
)
"""The first that applies counts; a refusal that has none gets the remedy of its stage."""

ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
"""At the start of a line (RFC 2034)."""

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
    stage: str,
    reply: Reply,
    expected: Iterable[int],
    quote: Callable[[bytes], str],
    remedy: str = "",
) -> StageFailed:
    """Return the failure for a reply without an expected code.

    `remedy` is for refusals that are not among `REPLIES` and may last.
    """
    words = quote(reply.text)
    if reply.code == MALFORMED:
        looks = "greeting" if reply.text.startswith(TLS_ALERT) else "EHLO"
        return StageFailed(f"the reply is not SMTP: {words}", REMEDIES[looks], reply.code, words)
    happened = f"it answered {reply.code} {words}"
    if reply.code < TEMPORARY.start:
        happened += f", where {' or '.join(map(str, expected))} was expected"
        is_error = stage == "AUTH" and reply.code == CHALLENGE  # of a login by token
        remedy = (is_error and remedy) or REMEDIES["EHLO"]
    else:
        later = RETRY_LATER if reply.code in TEMPORARY else remedy
        remedy = remedy_for(stage, reply) or later
    return StageFailed(happened, remedy, reply.code, words)


def remedy_for(stage: str, reply: Reply) -> str:
    """Return what to do about a refusal that many servers know; empty for others."""
    text = reply.text.decode("utf-8", "replace")
    starts = [match[0] for line in text.splitlines() if (match := ENHANCED.match(line))]
    codes = {str(reply.code), *starts}
    return next(
        (
            row.remedy
            for row in REPLIES
            if stage in row.stages and (row.codes & codes or (row.words and row.words.search(text)))
        ),
        "",
    )


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
