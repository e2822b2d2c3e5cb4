"""Which ports and kinds of TLS well-known mail services document, each with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SSL, STARTTLS, PLAIN = "with ssl", "with starttls", "without TLS"
"""The kinds of TLS: from the first byte, by an upgrade, none."""

UPGRADES = (STARTTLS,)
OPTIONAL = (STARTTLS, PLAIN)
ALWAYS = (SSL,)


class Service(NamedTuple):
    """A mail service.

    Attributes:
        name: What its users call it.
        hosts: Its hosts in lower case; a `*` stands for any text, such as a region.
        ports: The kinds of TLS that it documents for each port.
        source: The page that says so.
        read: The month in which that page, or a stored copy of it, was read.
    """

    name: str
    hosts: tuple[str, ...]
    ports: Mapping[int, tuple[str, ...]]
    source: str
    read: str = "2026-11"

    def documents(self, port: int, tls: str) -> bool:
        """Tell whether its documentation has a port with a kind of TLS."""
        return tls in self.ports.get(port, ())

    @property
    def offer(self) -> str:
        """What it documents with TLS, in words."""
        ports = {tls: [p for p in self.ports if tls in self.ports[p]] for tls in (SSL, STARTTLS)}
        return ", or ".join(f"{_either(listed)} {tls}" for tls, listed in ports.items() if listed)


def _either(ports: list[int]) -> str:
    *most, last = map(str, ports)
    return f"{', '.join(most)} or {last}" if most else last


SERVICES = (
    Service(
        "Gmail",
        ("smtp.gmail.com", "smtp.googlemail.com"),
        {465: ALWAYS, 587: UPGRADES},
        "https://developers.google.com/gmail/imap/imap-smtp",
    ),
    Service(
        "Google Workspace's relay",
        ("smtp-relay.gmail.com",),
        {465: ALWAYS, 587: OPTIONAL, 25: OPTIONAL},
        "https://support.google.com/a/answer/2956491",
    ),
    Service(
        "Microsoft 365",
        ("smtp.office365.com",),
        {587: UPGRADES, 25: UPGRADES},
        "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/how-to-set-up-a-"
        "multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
    ),
    Service(
        "Microsoft 365's relay",
        ("*.mail.protection.outlook.com",),
        {25: OPTIONAL},
        "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/how-to-set-up-a-"
        "multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
    ),
    Service(
        "Amazon SES",
        ("email-smtp.*.amazonaws.com", "email-smtp-fips.*.amazonaws.com"),
        {465: ALWAYS, 2465: ALWAYS, 587: UPGRADES, 2587: UPGRADES, 25: UPGRADES},
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
    ),
    Service(
        "SendGrid",
        ("smtp.sendgrid.net", "smtp.eu.sendgrid.net"),
        {465: ALWAYS, 587: OPTIONAL, 2525: OPTIONAL, 25: OPTIONAL},
        "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/"
        "integrating-with-the-smtp-api",
    ),
    Service(
        "Mailgun",
        ("smtp.mailgun.org", "smtp.eu.mailgun.org"),
        {465: ALWAYS, 587: OPTIONAL, 2525: OPTIONAL, 25: OPTIONAL},
        "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages",
    ),
    Service(
        "Postmark",
        ("smtp.postmarkapp.com", "smtp-broadcasts.postmarkapp.com"),
        {587: OPTIONAL, 2525: OPTIONAL, 25: OPTIONAL},
        "https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
    ),
    Service(
        "Brevo",
        ("smtp-relay.brevo.com", "smtp-relay.sendinblue.com"),
        {465: ALWAYS, 587: OPTIONAL, 2525: OPTIONAL},
        "https://developers.brevo.com/docs/smtp-integration",
    ),
)

EXACT = {host: service for service in SERVICES for host in service.hosts}
REGIONAL = [(host.partition("*"), service) for host, service in EXACT.items() if "*" in host]


def service_of(host: str) -> Service | None:
    """Return the service that a host belongs to, whatever its case, or None."""
    name = host.lower().rstrip(".")
    if name in EXACT:
        return EXACT[name]
    for (head, _, tail), service in REGIONAL:
        if name.startswith(head) and name.endswith(tail) and len(name) > len(head + tail):
            return service
    return None
