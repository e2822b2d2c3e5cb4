"""What is wrong with the DNS records of the domains that a tenant's mail uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.audit import findings
from pulumi_smtpconfig.audit.mail_dns import DMARC, NULL_MX
from pulumi_smtpconfig.lint.mail_services import service_of
from pulumi_smtpconfig.lint.rules import NULL_SENDER
from pulumi_smtpconfig.smtp.addresses import ascii_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_smtpconfig.audit.mail_dns import MailDomain
    from pulumi_smtpconfig.audit.report import Finding

EXAMPLE = "v=spf1 include:... -all"
POLICIES = {"none", "quarantine", "reject"}
URIS = re.compile(r"(?:^|,)\s*[a-z][a-z0-9+.-]*:[^\s,]", re.IGNORECASE)
SENDERS = ("from", "envelopeFrom")
"""The settings whose domains mail is sent from."""


def domains_of(settings: Mapping[str, object]) -> dict[str, str]:
    """Return the domains of the addresses that mail is sent from, by the key of the address.

    The envelope's sender, which SPF is about, is `from` unless it is set. An IP address in place
    of a domain has no records.
    """
    addresses = {key: str(settings.get(key) or "") for key in ("from", "replyTo", "envelopeFrom")}
    if addresses["envelopeFrom"] in {"", NULL_SENDER}:
        addresses["envelopeFrom"] = addresses["from"]
    found = {key: _domain(address) for key, address in addresses.items()}
    return {key: domain for key, domain in found.items() if domain}


def _domain(address: str) -> str:
    """Return the domain of an address; empty for what is none, which may be a secret."""
    try:
        _, at, domain = ascii_domain(address).rpartition("@")
    except ValueError:
        return ""
    return domain.lower().rstrip(".") if at and not domain.startswith("[") else ""


def find_wrong(
    settings: Mapping[str, object], published: Mapping[str, MailDomain]
) -> Iterator[Finding]:
    """Yield what is wrong with the domains of a tenant's settings.

    Args:
        settings: The settings, by key.
        published: What the domains publish, as far as they were looked up.
    """
    used = domains_of(settings)
    for name in dict.fromkeys(used.values()):
        domain = published.get(name)
        if domain is None:
            continue
        if domain.unanswered:
            yield findings.NO_ANSWER.of(name, domain=name, happened=domain.unanswered)
        elif not domain.exists:
            is_sender = name in map(used.get, SENDERS)
            kind = findings.NO_DOMAIN if is_sender else findings.NO_REPLY_DOMAIN
            yield kind.of(name, domain=name)
        else:
            yield from _of_domain(domain, str(settings.get("host") or ""), used)


def _of_domain(domain: MailDomain, host: str, used: Mapping[str, str]) -> Iterator[Finding]:
    name = domain.name
    if domain.mx == (NULL_MX,):
        is_sender = name in map(used.get, SENDERS)
        kind = findings.NULL_MX_OF_SENDER if is_sender else findings.NULL_MX
        yield kind.of(name, domain=name)
    elif not (domain.mx or domain.has_address):
        yield findings.NO_MX.of(name, domain=name)
    if name == used.get("envelopeFrom"):
        yield from _of_spf(domain, host)
    if name == used.get("from"):
        yield from _of_dmarc(domain)


def _of_spf(domain: MailDomain, host: str) -> Iterator[Finding]:
    name, service = domain.name, service_of(host)
    include = service.spf if service else ""
    if not domain.spf:
        example = EXAMPLE.replace("...", include) if include else EXAMPLE
        yield findings.NO_SPF.of(name, domain=name, example=example)
    elif len(domain.spf) > 1:
        what = f"{name} has {len(domain.spf)} SPF records"
        yield findings.BROKEN_SPF.of(name, what=what)
    elif domain.spf_error:
        what = f"The SPF record of {name} {domain.spf_error}"
        yield findings.BROKEN_SPF.of(name, what=what)
    elif domain.allows_all:
        yield findings.SPF_NAMES_ALL.of(name, domain=name)
    elif service and include and include not in domain.names and not domain.has_macro:
        yield findings.SPF_NAMES_OTHERS.of(name, domain=name, service=service.name, include=include)


def _of_dmarc(domain: MailDomain) -> Iterator[Finding]:
    name, owner = domain.name, domain.organization
    if not domain.dmarc:
        yield findings.NO_DMARC.of(name, domain=name, organization=owner)
    elif not DMARC.match(domain.dmarc[0]):
        what = f"The DMARC record of {owner} does not write DMARC1 in capital letters"
        yield findings.BROKEN_DMARC.of(name, what=what)
    elif len(domain.dmarc) > 1:
        yield findings.BROKEN_DMARC.of(name, what=f"{owner} has {len(domain.dmarc)} DMARC records")
    elif policy_of(domain) not in POLICIES:
        what = f"The DMARC record of {owner} has no valid policy"
        yield findings.BROKEN_DMARC.of(name, what=what)


def policy_of(domain: MailDomain) -> str:
    """Return the policy for a domain's mail in its DMARC record, or an empty string.

    RFC 7489, 6.3 and 6.6.3: `sp` is for the subdomains of the record's domain, and a record with an
    invalid policy counts as `p=none` if it says where reports go.
    """
    record = domain.dmarc[0] if len(domain.dmarc) == 1 else ""
    if not DMARC.match(record):
        return ""
    tags = _tags(record)
    policy = tags.get("p", "").lower()
    for_subdomains = tags.get("sp", policy).lower()
    for each in (policy, for_subdomains):
        if each not in POLICIES:
            return "none" if URIS.search(tags.get("rua", "")) else each
    return policy if domain.name == domain.organization else for_subdomains


def _tags(record: str) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def as_texts(domain: MailDomain) -> dict[str, str]:
    """Return what a domain publishes as texts by the kind of record."""
    if domain.unanswered or not domain.exists:
        return {}
    policy = policy_of(domain)
    return {
        f"MX of {domain.name}": ", ".join(domain.mx) or "none",
        f"SPF of {domain.name}": "; ".join(domain.spf) or "none",
        f"DMARC of {domain.name}": f"p={policy}" if policy else "none",
    }
