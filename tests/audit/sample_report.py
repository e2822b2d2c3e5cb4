"""Reports of fleets that nobody has: a realistic mix, the same for the same number."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING

from pulumi_smtpconfig.audit import findings
from pulumi_smtpconfig.audit.report import AuditedTenant, AuditReport, Difference, Finding
from pulumi_smtpconfig.audit.words import STATE_WORDS
from pulumi_smtpconfig.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_smtpconfig.audit.report import State

FINISHED = datetime(2026, 3, 2, 6, 4, 18, tzinfo=timezone(timedelta(hours=1)))
FIRST = ("acme", "globex", "initech", "umbra", "northwind", "contoso", "fabrikam", "tailspin")
SECOND = ("", "-hr", "-sales", "-bank", "-energy", "-retail", "-labs", "-nord", "-iberia", "-press")
SERVERS = (
    "smtp.sendgrid.net:587",
    "email-smtp.eu-central-1.amazonaws.com:587",
    "smtp.office365.com:587",
    "smtp.eu.mailgun.org:587",
)
SERVICES = ("SendGrid", "Amazon SES", "Microsoft 365", "Mailgun")
INCLUDES = ("sendgrid.net", "amazonses.com", "spf.protection.outlook.com", "mailgun.org")
WHEN_IT_ENDS = "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/"
LINT = {rule.code: rule for rule in RULES}
STALE_READING = "GET https://idp.example.com/admin/realms/{} had no response within 10 s."


def sample_report(number: int, *, is_complete: bool = True) -> AuditReport:
    """Return the report of a fleet of so many tenants."""
    random = Random(number)  # noqa: S311 - nothing here is secret
    report = report_of([_tenant(random, each) for each in range(number)], is_complete=is_complete)
    return report._replace(verify=True, dns=True)


def report_of(tenants: Sequence[AuditedTenant], *, is_complete: bool = True) -> AuditReport:
    """Return a report with these tenants, worst first."""
    ranks = list(STATE_WORDS)
    ordered = sorted(
        tenants, key=lambda each: (ranks.index(each.state), -len(each.findings), each.tenant_id)
    )
    seconds = round(0.8 + len(tenants) / 430, 1)
    return AuditReport("tenants.yaml", FINISHED, seconds, is_complete, ordered)


def tenant(
    tenant_id: str, found: Sequence[Finding] = (), state: State = "ok", **fields: object
) -> AuditedTenant:
    """Return a tenant with usual settings; the state is that of the findings, if there are any."""
    if found:
        state = "error" if any(each.severity == "error" for each in found) else "warning"
    known: dict[str, object] = {
        "tenant_id": tenant_id,
        "platform": "keycloak",
        "hostname": "idp.example.com",
        "resource": tenant_id,
        "group": "",
        "state": state,
        "settings": {
            "host": "smtp.acme.example",
            "port": "587",
            "from": "no-reply@acme.example",
            "starttls": "true",
            "ssl": "false",
            "user": "acme",
        },
        "are_live": True,
        "server": "smtp.acme.example:587",
        "authentication": "password",
        "password": "set",
        "drift": (),
        "certificate_days": None,
        "session": "",
        "findings": found,
    }
    return AuditedTenant(**(known | fields))  # type: ignore[arg-type]  # any field


def _tenant(random: Random, place: int) -> AuditedTenant:
    cycle, rest = divmod(place, len(FIRST) * len(SECOND))
    name = (
        FIRST[rest % len(FIRST)] + SECOND[rest // len(FIRST)] + (f"-{cycle + 1}" if cycle else "")
    )
    service = random.choices(range(4), (5, 3, 3, 1))[0]
    server, domain = SERVERS[service], f"{name}.example"
    host, _, port = server.partition(":")
    days = random.randint(20, 80)
    found: list[Finding] = []
    drift: list[Difference] = []
    session = "login accepted"
    settings = {
        "host": host,
        "port": port,
        "from": f"no-reply@{domain}",
        "fromDisplayName": name.replace("-", " ").title(),
        "replyTo": f"support@{domain}",
        "starttls": "true",
        "ssl": "false",
        "user": f"{name}-mailer",
    }
    if random.random() < 0.02:
        words = {
            "happened": STALE_READING.format(name),
            "remedy": "Check that the platform is up, and run the audit again.",
        }
        return tenant(
            name,
            state="unknown",
            settings={},
            server="",
            authentication="unknown",
            password="unknown",
            group=f"wave-{place % 4 + 1}",
        )._replace(findings=[findings.UNREAD.of("tenant", **words)])
    if random.random() < 0.02:
        session, happened = "failed at AUTH", f'{server} refused the login: "535 5.7.8 Error".'
        remedy = "Check user and password with the mail service."
        found.append(findings.SESSION_FAILED.of(server, happened=happened, remedy=remedy))
    if random.random() < 0.012:
        days = random.randint(0, 2)
        when = ("in less than a day", "in 1 day", "in 2 days")[days]
        found.append(findings.CERTIFICATE_ENDS_NOW.of(server, server=server, when=when))
    spf, dmarc = f"v=spf1 include:{INCLUDES[service]} -all", "p=quarantine"
    if random.random() < 0.05:
        spf = f"v=spf1 mx a:mail.{domain} -all"
        found.append(
            findings.SPF_NAMES_OTHERS.of(
                domain, domain=domain, service=SERVICES[service], include=INCLUDES[service]
            )
        )
    elif random.random() < 0.03:
        spf = "none"
        found.append(findings.NO_SPF.of(domain, domain=domain, example="v=spf1 include:... -all"))
    if random.random() < 0.03:
        drift = [
            Difference("host", "smtp.old.example", host),
            Difference("replyTo", "", f"support@{domain}"),
        ]
        found.append(findings.DRIFT.of("settings", names="host, replyTo"))
    if random.random() < 0.06:
        dmarc = "none"
        found.append(findings.NO_DMARC.of(domain, domain=domain, organization=domain))
    by_token = service == 2 and random.random() < 0.7
    if service == 2 and not by_token:
        rule = LINT["W204"]
        why = "`password` is for password logins, and Microsoft 365 ends them."
        remedy = "Log in by a token."
        found.append(Finding(rule.code, "warning", "password", why, remedy, WHEN_IT_ENDS))
    found.sort(key=lambda each: each.severity)
    return tenant(
        name,
        found,
        settings=settings,
        server=server,
        drift=drift,
        session=session,
        certificate_days=days,
        group=f"wave-{place % 4 + 1}",
        authentication="token" if by_token else "password",
        dns={
            f"MX of {domain}": f"mx1.{domain}, mx2.{domain}",
            f"SPF of {domain}": spf,
            f"DMARC of {domain}": dmarc,
        },
    )
