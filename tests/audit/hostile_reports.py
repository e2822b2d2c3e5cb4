"""Reports whose every text is what somebody else may have chosen."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, get_args

from hypothesis import strategies as st

from pulumi_smtpconfig.audit.report import (
    AuditedTenant,
    AuditReport,
    Difference,
    Finding,
    Severity,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = (
    "<script>document.title='owned'</script>",
    "\"'><img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "</style></title></textarea></bdi></td></tr></table><h1>owned</h1>",
    "<!--",
    "]]>",
    "&lt;b&gt;&#60;&amp",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "javascript:alert(1)",
    "x onmouseover=alert(1) y='",
    "`${7*7}`",
    "a\x00b\x0c\x1b[31m\r\n\t",
    "a\u202egnp.exe",
    "\ud800",
    "\ufeff\u200b\u2028",
    "شركة الاتصالات",
    "👩‍👩‍👧 🏴‍☠️",
    "__class__",
    "x" * 300,
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
SOURCES = st.one_of(TEXTS, st.sampled_from(("https://a.example/?a=1&b=<x>'\"", "http://a.example")))
FINDINGS = st.builds(
    Finding, TEXTS, st.sampled_from(get_args(Severity)), TEXTS, TEXTS, TEXTS, SOURCES
)
TENANTS = st.builds(
    AuditedTenant,
    tenant_id=TEXTS,
    platform=TEXTS,
    hostname=TEXTS,
    resource=TEXTS,
    group=TEXTS,
    state=st.sampled_from(get_args(State)),
    settings=st.dictionaries(TEXTS, TEXTS, max_size=3),
    are_live=st.booleans(),
    server=TEXTS,
    authentication=st.sampled_from(("password", "token", "none", "unknown")),
    password=st.sampled_from(("set", "not set", "unknown")),
    drift=st.lists(st.builds(Difference, TEXTS, TEXTS, TEXTS), max_size=2),
    certificate_days=st.none() | st.integers(-9, 999),
    session=TEXTS,
    findings=st.lists(FINDINGS, max_size=3),
    dns=st.dictionaries(TEXTS, TEXTS, max_size=2),
)
REPORTS = st.builds(
    AuditReport,
    subject=TEXTS,
    finished=st.just(datetime(2026, 3, 2, 6, 4, tzinfo=timezone.utc)),
    seconds=st.floats(0, 9999),
    is_complete=st.booleans(),
    tenants=st.lists(TENANTS, max_size=4),
)
CHOSEN = set(get_args(State)) | set(get_args(Severity)) | {"password", "token", "none", "set"}
"""Texts that are ours: what they select is part of the page."""


def plain(report: AuditReport) -> AuditReport:
    """Return a report with a harmless text in place of each text, the same for the same."""
    known: dict[str, str] = {}

    def harmless(value: Any) -> Any:
        if isinstance(value, str):
            if not value or value in CHOSEN:
                return value
            link = "https://" if re.fullmatch("https?://[!-~]+", value) else "t"
            return known.setdefault(value, f"{link}{len(known)}")
        if isinstance(value, dict):
            return {harmless(key): harmless(each) for key, each in value.items()}
        if isinstance(value, list):
            return [harmless(each) for each in value]
        if isinstance(value, tuple):
            return type(value)(*map(harmless, value))
        return value

    made: AuditReport = harmless(report)
    return made


def values(report: AuditReport) -> Iterator[str]:
    """Yield each text that somebody else may have chosen and that the page shows as such."""
    yield report.subject
    for each in report.tenants:
        yield from (each.tenant_id, each.hostname, each.resource, each.group, each.server)
        yield from (each.session, *each.settings.values(), *each.dns.values())
        for difference in each.drift:
            yield from difference
        for finding in each.findings:
            yield from (finding.subject, finding.why, finding.remedy)


def visible(text: str) -> str:
    """Return what a page shows of a text: what would change how others look is escaped."""
    return "".join(
        each if each.isprintable() or each in "\u200c\u200d" else ascii(each)[1:-1] for each in text
    )
