"""SMTP ports, and the ports that well-known mail services document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SMTP, SMTPS, SUBMISSION = 25, 465, 587
MAX_PORT = 65535

SSL, STARTTLS, PLAIN = "with ssl", "with starttls", "without TLS"
IMPLICIT, UPGRADE, UPGRADE_OR_PLAIN = (SSL,), (STARTTLS,), (STARTTLS, PLAIN)


class PasswordEnd(NamedTuple):
    """How a service ends password logins.

    Attributes:
        when: Since or until when, as the end of a sentence about the service.
        instead: What to do.
        source: The URL of its announcement.
        still: The passwords that it takes all the same, without their spaces; None for none.
    """

    when: str
    instead: str
    source: str
    still: re.Pattern[str] | None = None


class Service(NamedTuple):
    """A mail service.

    Attributes:
        name: The name that its users know.
        hosts: Its SMTP hosts in lower case; `*` matches any text, such as a region.
        ports: The TLS modes that it documents for each port.
        source: The URL of that documentation.
        password_end: How it ends password logins; None if it does not.
        has_token_login: Whether it takes XOAUTH2 with a token that a client's secret obtains.
        spf: The domain that the SPF record of an envelope's sender includes for it; empty for a
            service that sends with a sender of its own, or that documents none.
        read: The month in which that page, or a stored copy of it, was read.
    """

    name: str
    hosts: tuple[str, ...]
    ports: Mapping[int, tuple[str, ...]]
    source: str
    password_end: PasswordEnd | None = None
    has_token_login: bool = False
    spf: str = ""
    read: str = "2026-11"

    @property
    def offer(self) -> str:
        """The documented ports with TLS, as text."""
        ports = {tls: [p for p in self.ports if tls in self.ports[p]] for tls in (SSL, STARTTLS)}
        return ", or ".join(f"{_either(listed)} {tls}" for tls, listed in ports.items() if listed)


def _either(ports: list[int]) -> str:
    *most, last = map(str, ports)
    return f"{', '.join(most)} or {last}" if most else last


MICROSOFT_SPF = "spf.protection.outlook.com"
"""learn.microsoft.com/en-us/defender-office-365/email-authentication-spf-configure"""

SERVICES = (
    Service(
        "Gmail",
        ("smtp.gmail.com", "smtp.googlemail.com"),
        {465: IMPLICIT, 587: UPGRADE},
        "https://developers.google.com/gmail/imap/imap-smtp",
        PasswordEnd(
            when="has taken app passwords alone since 1 May 2025",
            instead="use an app password, which has 16 letters",
            source="https://support.google.com/a/answer/6260879",
            still=re.compile("[a-z]{16}"),
        ),
        spf="_spf.google.com",  # https://support.google.com/a/answer/33786
    ),
    Service(
        "Google Workspace's relay",
        ("smtp-relay.gmail.com",),
        {465: IMPLICIT, 587: UPGRADE_OR_PLAIN, 25: UPGRADE_OR_PLAIN},
        "https://support.google.com/a/answer/2956491",
        spf="_spf.google.com",
    ),
    Service(
        "Microsoft 365",
        ("smtp.office365.com",),
        {587: UPGRADE, 25: UPGRADE},
        "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/how-to-set-up-a-"
        "multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
        PasswordEnd(
            when="turns password logins off by default at the end of December 2026",
            instead="log in by token (authTokenUrl and the others, on Keycloak 26.2 or newer), "
            "or send through another service",
            source="https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-"
            "basic-auth-for-client-submission-smtp-auth/4114750",
        ),
        has_token_login=True,
        spf=MICROSOFT_SPF,
    ),
    Service(
        "Microsoft 365's relay",
        ("*.mail.protection.outlook.com",),
        {25: UPGRADE_OR_PLAIN},
        "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/how-to-set-up-a-"
        "multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
        spf=MICROSOFT_SPF,
    ),
    Service(
        "Amazon SES",
        ("email-smtp.*.amazonaws.com", "email-smtp-fips.*.amazonaws.com"),
        {465: IMPLICIT, 2465: IMPLICIT, 587: UPGRADE, 2587: UPGRADE, 25: UPGRADE},
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
    ),
    Service(
        "SendGrid",
        ("smtp.sendgrid.net", "smtp.eu.sendgrid.net"),
        {465: IMPLICIT, 587: UPGRADE_OR_PLAIN, 2525: UPGRADE_OR_PLAIN, 25: UPGRADE_OR_PLAIN},
        "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/"
        "integrating-with-the-smtp-api",
    ),
    Service(
        "Mailgun",
        ("smtp.mailgun.org", "smtp.eu.mailgun.org"),
        {465: IMPLICIT, 587: UPGRADE_OR_PLAIN, 2525: UPGRADE_OR_PLAIN, 25: UPGRADE_OR_PLAIN},
        "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages",
    ),
    Service(
        "Postmark",
        ("smtp.postmarkapp.com", "smtp-broadcasts.postmarkapp.com"),
        {587: UPGRADE_OR_PLAIN, 2525: UPGRADE_OR_PLAIN, 25: UPGRADE_OR_PLAIN},
        "https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
    ),
    Service(
        "Brevo",
        ("smtp-relay.brevo.com", "smtp-relay.sendinblue.com"),
        {465: IMPLICIT, 587: UPGRADE_OR_PLAIN, 2525: UPGRADE_OR_PLAIN},
        "https://developers.brevo.com/docs/smtp-integration",
    ),
)

OTHER_PORTS = {1025, 2525}
"""Where mail catchers such as Mailpit listen, and relays besides port 25."""

KNOWN_PORTS = sorted(
    {SMTP, SMTPS, SUBMISSION, *OTHER_PORTS}.union(*(service.ports for service in SERVICES))
)
"""The mail ports in IANA's registry, those of development servers, and those of services."""

HOSTS = [
    (re.compile(re.escape(host).replace(r"\*", ".+"), re.DOTALL), service)
    for service in SERVICES
    for host in service.hosts
]


def service_of(host: str) -> Service | None:
    """Return the service that a host belongs to, ignoring case and a final dot."""
    name = host.lower().rstrip(".")
    return next((service for pattern, service in HOSTS if pattern.fullmatch(name)), None)
