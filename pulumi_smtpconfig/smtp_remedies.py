"""What a user does next where a stage of an SMTP session failed."""

from __future__ import annotations

from pulumi_smtpconfig.failures import OTHER_NAME, OUTSIDE_ITS_TIME, UNTRUSTED

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
    if code in OUTSIDE_ITS_TIME:
        return f"check this machine's clock, have the server's certificate renewed, {AGAIN}"
    if code in OTHER_NAME:
        return f"set host to a name that the certificate is for, {AGAIN}"
    return f"have the server's certificate replaced, {AGAIN}"
