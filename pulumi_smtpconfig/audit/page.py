"""The page of an audit: one self-contained HTML file, which makes no requests.

The file holds everything as plain HTML, so it can be read without JavaScript too. Its script only
hides, orders and counts rows. The policy in it allows that script and that style alone, by their
hashes, and no request. Every value is escaped by the template engine.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple, get_args

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pulumi_smtpconfig.audit.findings import KINDS
from pulumi_smtpconfig.audit.report import Severity
from pulumi_smtpconfig.audit.words import STATE_WORDS
from pulumi_smtpconfig.lint.rules import RULES
from pulumi_smtpconfig.platforms import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pulumi_smtpconfig.audit.report import AuditedTenant, AuditReport, Finding, State

TITLES = {kind.code: kind.title for kind in KINDS} | {rule.code: rule.title for rule in RULES}
"""What each code finds, as a heading."""

PLATFORM_TITLES = {name.value: platform.title for name, platform in PLATFORMS.items()}

MEANINGS: dict[State, str] = {
    "error": "mail is lost, or will be",
    "warning": "mail may be lost",
    "unknown": "nothing is known",
    "ok": "nothing was found",
}
"""What the states of tenants mean."""

FIRST = 6
"""How many kinds of findings are shown before one asks for more."""

JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""What emoji and several scripts need, though it cannot be seen."""


class CommonFinding(NamedTuple):
    """A kind of finding, and how many tenants have it."""

    code: str
    severity: Severity
    title: str
    tenants: int


def render_page(report: AuditReport) -> str:
    """Return the page of an audit as HTML."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters["title_of"] = _title
    environment.tests["link"] = _is_link
    style, script = _read("page.css"), _read("page.js")
    common = _common(report.tenants)
    counted = Counter(each.state for each in report.tenants)
    return environment.from_string(
        _read("page.html")
    ).render(
        report=report,
        when=_when(report.finished),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        counts={state: counted[state] for state in STATE_WORDS},
        words=STATE_WORDS,
        ranks={state: rank for rank, state in enumerate(STATE_WORDS)},
        meanings=MEANINGS,
        titles=TITLES,
        platforms=PLATFORM_TITLES,
        common=(common[:FIRST], common[FIRST:]),
        choices=_choices(report.tenants),
        has_certificates=any(each.certificate_days is not None for each in report.tenants),
    )


def _read(name: str) -> str:
    return (files(__package__) / "page_files" / name).read_text("utf-8")


def _when(moment: datetime) -> str:
    zone = moment.strftime("%z")
    return f"{moment:%Y-%m-%d at %H:%M} UTC{zone[:3]}:{zone[3:5]}"


def _policy(style: str, script: str) -> str:
    """Return what a browser lets the page do: run its script and its style."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _common(tenants: Sequence[AuditedTenant]) -> list[CommonFinding]:
    """Return the kinds of findings: errors first, then those of the most tenants."""
    found: dict[str, list[Finding]] = {}
    for tenant in tenants:
        for code, finding in {each.code: each for each in tenant.findings}.items():
            found.setdefault(code, []).append(finding)
    kinds = [
        CommonFinding(code, _worst(same), _title(same[0]), len(same))
        for code, same in found.items()
    ]
    ranks = get_args(Severity)
    return sorted(kinds, key=lambda each: (ranks.index(each.severity), -each.tenants, each.code))


def _worst(found: Sequence[Finding]) -> Severity:
    return min((each.severity for each in found), key=get_args(Severity).index)


def _title(finding: Finding) -> str:
    return TITLES.get(finding.code, finding.why)


def _choices(tenants: Sequence[AuditedTenant]) -> dict[str, list[str]]:
    """Return what the tenants can be filtered by: what not all of them have in common."""
    found = {
        name: sorted({getattr(each, name) for each in tenants} - {""})
        for name in ("platform", "hostname", "group")
    }
    return {name: values for name, values in found.items() if len(values) > 1}


def _is_link(url: str) -> bool:
    """Return whether a URL leads to a web page, and runs nothing."""
    return re.fullmatch("https?://[!-~]+", url) is not None


def _visible(value: object) -> object:
    """Return a text with characters escaped that would change how others look, or be dropped."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(
        each if each.isprintable() or each in JOINERS else ascii(each)[1:-1] for each in value
    )
