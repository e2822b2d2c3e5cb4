"""The hosts and documented ports of mail services."""

from __future__ import annotations

from itertools import product

import pytest

from pulumi_smtpconfig.lint.mail_services import (
    KNOWN_PORTS,
    PLAIN,
    SERVICES,
    SSL,
    STARTTLS,
    Service,
    service_of,
)
from pulumi_smtpconfig.settings.choices import PlatformName
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse
from tests.lint.corpus import CORPUS, Sample
from tests.lint.find import codes, find

TLS = {SSL: (True, False), STARTTLS: (False, True), PLAIN: (False, False)}
WANTED = {"Gmail", "Microsoft 365", "Amazon SES", "SendGrid", "Mailgun", "Postmark", "Brevo"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_exactly_what_a_service_does_not_document_is_a_warning(service: Service) -> None:
    """Every known port is checked with every TLS mode."""
    for host, port, (tls, (ssl, starttls)) in product(service.hosts, KNOWN_PORTS, TLS.items()):
        found = codes(host=host.replace("*", "eu-west-1"), port=port, ssl=ssl, starttls=starttls)
        assert ("W104" in found) is (tls not in service.ports.get(port, ()))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        *[("SMTP.Gmail.Com", "Gmail"), ("smtp.gmail.com.", "Gmail")],
        *[(f"email-smtp.{region}.amazonaws.com", "Amazon SES") for region in ("eu-west-1", "x")],
        *[("acme.mail.protection.outlook.com", "Microsoft 365's relay")],
    ],
)
def test_a_host_is_found_in_any_case_and_region(host: str, name: str) -> None:
    """Case and a final dot make no difference."""
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
def test_other_hosts_belong_to_no_service(host: str) -> None:
    """A similar name is not enough."""
    assert service_of(host) is None


def test_every_service_has_a_dated_source() -> None:
    """The table covers the well-known services and says where each row comes from."""
    assert {service.name for service in SERVICES} >= WANTED
    assert all(service.source.startswith("https://") for service in SERVICES)
    assert {service.read for service in SERVICES} == {"2026-11"}


def test_an_offer_lists_ports_by_tls_mode() -> None:
    """The remedy offers only ports with TLS."""
    offers = {service.name: service.offer for service in SERVICES}
    assert offers["Gmail"] == "465 with ssl, or 587 with starttls"
    assert offers["Postmark"] == "587, 2525 or 25 with starttls"


@pytest.mark.parametrize("platform", ["", *PlatformName])
@pytest.mark.parametrize("sample", CORPUS, ids=lambda each: f"{each.host}:{each.port} {each.tls}")
def test_documented_configurations_have_no_problem(sample: Sample, platform: str) -> None:
    """Following a service's documentation causes neither an error nor a warning anywhere."""
    settings, problems = parse(SmtpSettings, sample.properties)
    assert not problems
    assert not find(settings.stored() | {"platform": platform})


def test_the_corpus_is_large_and_cited() -> None:
    """It has every service, 80 configurations, and thirty of them from pages that were read."""
    assert len({sample[:3] for sample in CORPUS}) >= 80
    found = [service_of(sample.host) for sample in CORPUS]
    assert all(service in found for service in SERVICES)
    assert len({sample[:3] for sample in CORPUS if sample.was_read}) >= 30
    assert all("." in sample.page and " " not in sample.page for sample in CORPUS)
