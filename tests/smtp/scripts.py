"""What a good server says, as the parts of scripts that tests break somewhere."""

from __future__ import annotations

from tests.smtp.scripted_server import Act

HI = b"220 mx.acme.example ESMTP\r\n"
OFFER = b"250-mx.acme.example\r\n250 STARTTLS\r\n"
GO = (b"220 go\r\n", Act.TLS)
OFFER_AUTH = b"250-mx.acme.example\r\n250 AUTH PLAIN\r\n"
WELCOME = b"235 welcome\r\n"
DONE = b"250 ok\r\n"

GOOD = (HI, OFFER, GO, OFFER_AUTH, WELCOME, DONE, DONE)
STAGES = ("greeting", "EHLO", "STARTTLS", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO")
"""The stage that each part of a good script belongs to."""

TO_AUTH = GOOD[: STAGES.index("AUTH")]
"""What is said before the reply to a password."""
