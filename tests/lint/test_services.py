"""Mail services: which hosts are theirs, and which ports they document."""

from __future__ import annotations

from itertools import product

import pytest

from pulumi_smtpconfig.lint.engine import find_warnings
from pulumi_smtpconfig.lint.mail_services import PLAIN, SERVICES, SSL, STARTTLS, Service, service_of
from pulumi_smtpconfig.lint.rules import KNOWN_PORTS, USUAL

TLS = {SSL: (True, False), STARTTLS: (False, True), PLAIN: (False, False)}
WANTED = {"Gmail", "Microsoft 365", "Amazon SES", "SendGrid", "Mailgun", "Postmark", "Brevo"}


def warned(host: str, port: int, tls: str) -> bool:
    """Tell whether a service's documentation is said to know nothing of this."""
    ssl, starttls = TLS[tls]
    settings = USUAL | {"host": host, "port": port, "ssl": ssl, "starttls": starttls}
    return "W104" in [each.code for each in find_warnings(settings)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_exactly_what_a_service_does_not_document_is_warned_of(service: Service) -> None:
    """Every known port is tried with every kind of TLS."""
    for host, port, tls in product(service.hosts, KNOWN_PORTS, TLS):
        documented = tls in service.ports.get(port, ())
        assert warned(host.replace("*", "eu-west-1"), port, tls) is not documented


@pytest.mark.parametrize(
    ("host", "name"),
    [
        *[("SMTP.Gmail.Com", "Gmail"), ("smtp.gmail.com.", "Gmail")],
        *[(f"email-smtp.{region}.amazonaws.com", "Amazon SES") for region in ("eu-west-1", "x")],
        *[("acme.mail.protection.outlook.com", "Microsoft 365's relay")],
    ],
)
def test_a_host_is_known_in_any_case_and_region(host: str, name: str) -> None:
    """Names are the same with a final dot and in capitals."""
    service = service_of(host)
    assert service is not None
    assert service.name == name


@pytest.mark.parametrize(
    "host",
    [
        *("smtp.acme.example", "smtp.gmail.com.acme.example", "xsmtp.gmail.com", "gmail.com", ""),
        *("email-smtp.amazonaws.com", "email-smtp..amazonaws.com", "mail.protection.outlook.com"),
        *("*.mail.protection.outlook.com.example", "email-smtp.eu-west-1.amazonaws.com.example"),
    ],
)
def test_other_hosts_are_nobodys(host: str) -> None:
    """Of a server that the table does not know, nothing is said."""
    assert service_of(host) is None


def test_the_table_is_cited_and_dated() -> None:
    """Each row names the page that it rests on and when that was read."""
    assert {service.name for service in SERVICES} >= WANTED
    assert all(service.source.startswith("https://") for service in SERVICES)
    assert {service.read for service in SERVICES} == {"2026-11"}


def test_an_offer_names_ports_with_their_tls() -> None:
    """The remedy is a list to choose from, of what is safe alone."""
    offers = {service.name: service.offer for service in SERVICES}
    assert offers["Gmail"] == "465 with ssl, or 587 with starttls"
    assert offers["Postmark"] == "587, 2525 or 25 with starttls"
