"""What is wrong with the settings that a tenant has."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, Literal, get_args

from pulumi_smtpconfig.audit import findings
from pulumi_smtpconfig.audit.findings import sentence
from pulumi_smtpconfig.audit.report import AuditedTenant, Difference, Finding, Severity
from pulumi_smtpconfig.errors import RealmGone, SmtpConfigError
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.adoption import NONE, SECRET, Comparison, is_empty
from pulumi_smtpconfig.lifecycle.live_settings import READABLE, url_login
from pulumi_smtpconfig.lint.linter import find_errors, find_warnings
from pulumi_smtpconfig.lint.mail_services import service_of
from pulumi_smtpconfig.lint.rules import RULES, VAULT
from pulumi_smtpconfig.platforms.encoding import TOKEN_KEYS, as_text
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.redaction import (
    MAX_SECRET,
    NOT_SHOWN,
    PIECE,
    SecretSearch,
    contains_secret,
    quote_text,
)
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, LOGIN_SECRETS, PASSWORD
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse
from pulumi_smtpconfig.smtp.addresses import contacted_host
from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pulumi_smtpconfig.audit.report import State
    from pulumi_smtpconfig.audit.targets import Target
    from pulumi_smtpconfig.lifecycle.declaration import Declaration
    from pulumi_smtpconfig.problems import Problem
    from pulumi_smtpconfig.settings.login_secrets import LoginSecret

LINKS = re.compile(r"\]\((https?://[^)]+)\)")
OF_THE_SERVICE, OF_ITS_END = {"W104", "W205"}, "W204"
"""The rules whose source is what the mail service documents or announces."""

SOURCES = {rule.code: "".join(LINKS.findall(rule.source)[:1]) for rule in RULES}
"""The page behind each other rule, whose source is Markdown."""

SILENCE = re.compile("silence this (?:code|warning)")

SECRET_KEYS = {secret.key for secret in LOGIN_SECRETS}
SOME_REFERENCE = "env:SMTP_PASSWORD"
"""What stands for a secret that the platform has, which lint need not know."""

PASSWORDS: dict[bool | None, Literal["set", "not set", "unknown"]] = {
    True: "set",
    False: "not set",
    None: "unknown",
}
SHOWN = (*sorted(READABLE), "authType")
"""The keys of the settings that are reported."""

TEXTS = ("subject", "why", "remedy")
"""The texts of a finding that may quote a setting."""

QUOTE = re.compile('".*"')
"""The words of others in a sentence: from the first quotation mark to the last."""


@dataclass
class Draft:
    """What is known of a tenant so far.

    Attributes:
        target: The tenant, and what is declared.
        live: The platform's map; None where it was not read.
        settings: The settings in effect: the live ones, or the declared ones, by key.
        secrets: Its own: those of its login, and what it was read with.
        findings: What is wrong.
        is_read: Whether it is known what is in effect.
        drift: What differs from what is declared.
        server: The SMTP server as host:port.
        session: What became of the SMTP session.
        certificate_days: Days until its certificate ends.
        dns: What its domains publish.
    """

    target: Target
    live: Mapping[str, Any] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    is_read: bool = True
    drift: list[Difference] = field(default_factory=list)
    server: str = ""
    session: str = ""
    certificate_days: int | None = None
    dns: dict[str, str] = field(default_factory=dict)

    @property
    def login_secret(self) -> LoginSecret:
        """The kind of secret that the settings in effect log in with."""
        return CLIENT_SECRET if any(self.settings.get(key) for key in TOKEN_KEYS) else PASSWORD

    @property
    def has_secret(self) -> bool | None:
        """Whether it is there; None if that is not known."""
        if self.live is None:
            declaration = self.target.declaration
            return True if declaration.knows_secret else None
        if self.live.get(self.login_secret.key):
            return True
        return False if self.target.declaration.platform.shows_secrets else None

    @property
    def shared_secrets(self) -> set[str]:
        """Its secrets that the reports of other tenants do not show either.

        Anybody may write anything before the host of a URL, such as the host of all others.
        """
        return self.secrets - {url_login(self.live or {})}

    @property
    def has_no_server(self) -> bool:
        """Whether lint knows that there is no server to connect to."""
        errors = [each for each in self.findings if each.severity == "error"]
        in_effect = [
            each for each in errors if self.live is None or each.code != findings.INVALID.code
        ]
        return not {each.subject for each in in_effect}.isdisjoint({"host", "port"})

    @property
    def marked(self) -> frozenset[str]:
        """The live values of settings that are secret in the stack."""
        keys = self.target.secret_keys & self.settings.keys()
        return frozenset(as_text(self.settings[key]) for key in keys if key not in SECRET_KEYS)

    def parsed(self) -> SmtpSettings:
        """Return the settings in effect in their types; what cannot be parsed is `UNKNOWN`."""
        return parse(SmtpSettings, self.settings)[0]


def examine(target: Target, read: Reading | SmtpConfigError | None) -> Draft:
    """Return what the settings of a tenant show.

    Args:
        target: The tenant, and what is declared.
        read: What the platform has, or why that is not known; None if reading is off, or if it is
            not known which tenant it is.
    """
    declaration = target.declaration
    draft = Draft(target, secrets=set(declaration.secrets))
    draft.findings += [_of_problem(each, findings.INVALID) for each in target.problems]
    if isinstance(read, Reading):
        draft.live = read.content
        draft.secrets.update(read.secrets)
        draft.settings = declaration.platform.decode(read.content)
        draft.findings += _of_live(draft)
    elif not target.is_known:
        draft.is_read = False
        if not target.problems:
            draft.findings.append(findings.SECRET_TENANT.of("tenant"))
    elif read is None:
        draft.settings = {
            key: value for key, value in declaration.stored().items() if value is not UNKNOWN
        }
        platform = declaration.platform
        words = {"platform": platform.title, "enable": without_pulumi(platform.enable_reading)}
        draft.is_read = bool(target.resource)
        known = "only what is declared was looked at" if draft.is_read else "nothing is known of it"
        draft.findings.append(findings.NOT_ON.of("platform", known=known, **words))
        if draft.is_read:
            draft.findings += _lint(draft, declaration.settings.stored() | _reference(draft))
    else:
        draft.is_read = False
        is_gone = isinstance(read, RealmGone)
        kind = findings.GONE if is_gone else findings.UNREAD
        remedy = "" if is_gone else sentence(without_pulumi(read.remedy))
        happened = without_pulumi(read.happened)
        draft.findings.append(kind.of("tenant", happened=happened, remedy=remedy))
    return draft


def _of_live(draft: Draft) -> Iterator[Finding]:
    live, target = draft.live or {}, draft.target
    if is_empty(live):
        kind = findings.EMPTY_THOUGH_DECLARED if target.resource else findings.EMPTY
        yield kind.of("host")
        return
    if target.resource and not target.problems:
        draft.drift = list(_drift(target.declaration, live))
        if draft.drift:
            names = ", ".join(each.name for each in draft.drift)
            yield findings.DRIFT.of("settings", names=names)
    settings, problems = parse(SmtpSettings, draft.settings)
    yield from (_of_problem(each, findings.NOT_LIKE_DECLARED) for each in problems)
    yield from _lint(draft, settings.stored() | _reference(draft))
    if draft.settings.get("user") and draft.has_secret is False:
        remedy = findings.SEND_AGAIN if target.resource else ""
        name = draft.login_secret.name
        yield findings.NO_SECRET.of(draft.login_secret.key, remedy, secret=name)


def _drift(declaration: Declaration, live: Mapping[str, Any]) -> Iterator[Difference]:
    comparison = Comparison(declaration, live)
    for key in comparison.changed:
        known = declaration.settings.stored().get(key) is not UNKNOWN
        if known and key in READABLE:
            was, declared = comparison.values(key, ())
            yield Difference(key, _unquoted(declared), _unquoted(was))


def _unquoted(text: str) -> str:
    """Return a value of a comparison without quotation marks, and empty if there is none."""
    return text[1:-1] if text.startswith('"') else text.removeprefix(NONE)


def _reference(draft: Draft) -> dict[str, Any]:
    """Return a reference in place of a secret that is declared, or that the platform may have.

    A platform may keep a password from earlier without a user: it logs in without it.
    """
    declared = draft.target.declaration
    if draft.live is None:
        is_there = bool(declared.login_secret.plain(declared.settings) or declared.reference)
    else:
        is_login = any(draft.settings.get(key) for key in ("user", *TOKEN_KEYS))
        is_there = is_login and draft.has_secret is not False
    return {draft.login_secret.reference_key: SOME_REFERENCE} if is_there else {}


def _lint(draft: Draft, settings: Mapping[str, Any]) -> Iterator[Finding]:
    declaration = draft.target.declaration
    read = {
        **declaration.tenant.stored(),
        **{key: value for key, value in settings.items() if key not in SECRET_KEYS},
    }
    ignored = declaration.silenced
    said_better = {draft.login_secret.key} if draft.live is not None else set()  # by NO_SECRET
    for problem in find_errors(read, ignored):
        if problem.property not in said_better:
            yield _of_lint(problem, "error", draft)
    for problem in find_warnings(read, ignored):
        yield _of_lint(problem, "warning", draft)


def _of_lint(problem: Problem, severity: Any, draft: Draft) -> Finding:
    why, remedy = f"`{problem.property}` {problem.why}.", problem.remedy
    if not draft.target.resource:  # codes are silenced where a tenant is declared
        remedy = SILENCE.sub("ignore this", remedy)
    source = _source(problem.code, as_text(draft.settings.get("host")))
    return Finding(problem.code, severity, problem.property, why, sentence(remedy), source)


def _source(code: str, host: str) -> str:
    service = service_of(host)
    if service and code in OF_THE_SERVICE:
        return service.source
    if service and service.password_end and code == OF_ITS_END:
        return service.password_end.source
    return SOURCES[code]


def _of_problem(problem: Problem, kind: findings.Kind) -> Finding:
    return kind.of(problem.property, name=problem.property, why=problem.why)


class Mask:
    """Keeps the secrets of all tenants out of what is told of each.

    Only its own short secrets count for a tenant: one such as "acme" is part of much else. So do
    those that are too long to search for, which would hide everything.

    Args:
        secrets: The secrets of all tenants.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._shared = {each for each in _real(secrets) if PIECE <= len(each) <= MAX_SECRET}
        self._holds_shared: Callable[[str], bool] = cache(SecretSearch(self._shared).finds)

    def of(self, draft: Draft) -> Callable[[object], str]:
        """Return what makes a text of one line of a value, or of what stands for a secret."""
        holds_own = SecretSearch(_real(draft.secrets) - self._shared).finds
        marked = draft.marked

        def shown(value: object) -> str:
            text = as_text(value)
            if marked and contains_secret(text, marked):
                return SECRET
            if self._holds_shared(text) or holds_own(text):
                return NOT_SHOWN
            quoted = quote_text(text, ())
            return quoted[1:-1] if quoted.startswith('"') else ""

        return shown

    def usable(self, draft: Draft) -> dict[str, object]:
        """Return the settings of a tenant that are valid, and in which no secret was found."""
        shown = self.of(draft)
        stored = draft.parsed().stored()
        return {
            key: value
            for key, value in stored.items()
            if value is not UNKNOWN and shown(value) != NOT_SHOWN
        }


def _real(secrets: Iterable[str]) -> set[str]:
    """Return secrets without references to a vault, which platforms show to everybody."""
    return {each for each in secrets if each and not each.startswith(VAULT)}


def _reveals(value: object, secrets: Collection[str]) -> bool:
    """Tell whether a value was found to contain a secret, and not just by coincidence."""
    text = as_text(value)
    search = SecretSearch(each for each in secrets if len(each) >= PIECE)
    return text in secrets or search.search(text) is True


def finished(draft: Draft, mask: Mask) -> AuditedTenant:
    """Return what is reported of a tenant, without secrets."""
    tenant, shown = draft.target.declaration.tenant, mask.of(draft)
    settings = {key: shown(draft.settings[key]) for key in SHOWN if key in draft.settings}
    names = [tenant.tenant_id, tenant.hostname, draft.settings.get("host"), draft.server]
    found = [_shown(each, shown, filter(None, map(as_text, names))) for each in draft.findings]
    own = _real(draft.secrets)
    hidden = [key for key, text in settings.items() if text == NOT_SHOWN]
    if revealing := [key for key in hidden if _reveals(draft.settings[key], own)]:
        kind = findings.HOLDS_SECRET if draft.live else findings.DECLARES_SECRET
        found.append(kind.of(revealing[0], names=", ".join(revealing)))
    return AuditedTenant(
        tenant_id=shown(tenant.tenant_id),
        platform=as_text(getattr(tenant.platform, "value", "")),
        hostname=shown(tenant.hostname),
        resource=shown(draft.target.resource),
        group=shown(draft.target.group),
        state=_state(draft, found),
        settings=settings,
        are_live=draft.live is not None,
        server=shown(draft.server or _server(draft)),
        authentication=_authentication(draft),
        password=PASSWORDS[draft.has_secret if draft.is_read else None],
        drift=[
            Difference(each.name, shown(each.declared), shown(each.live)) for each in draft.drift
        ],
        certificate_days=draft.certificate_days,
        session=shown(draft.session),
        findings=sorted(found, key=lambda each: get_args(Severity).index(each.severity)),
        dns={shown(name): shown(text) for name, text in draft.dns.items()},
    )


def _shown(finding: Finding, shown: Callable[[object], str], names: Iterable[str]) -> Finding:
    """Return a finding without secrets in what it quotes; our own words stay as they are."""
    texts: dict[str, Any] = {name: getattr(finding, name) for name in TEXTS}
    quotes = {*names, *(quote for text in texts.values() for quote in QUOTE.findall(text))}
    if not finding.subject.isalpha():  # a server or a domain, and no property
        quotes.add(finding.subject)
    for quote in sorted(quotes, key=len, reverse=True):
        if (instead := shown(quote)) in {SECRET, NOT_SHOWN}:
            texts = {name: text.replace(quote, instead) for name, text in texts.items()}
    return finding._replace(**texts)


def _state(draft: Draft, found: list[Finding]) -> State:
    severities = {each.severity for each in found}
    if "error" in severities:
        return "error"
    if not draft.is_read:
        return "unknown"
    return "warning" if severities else "ok"


def _server(draft: Draft) -> str:
    host, port = (as_text(draft.settings.get(key)) for key in ("host", "port"))
    name = contacted_host(host) or host
    with suppress(ValueError):
        name = f"[{IPv6Address(name)}]"
    return f"{name}:{port}" if host else ""


def _authentication(draft: Draft) -> Any:
    if not draft.is_read:
        return "unknown"
    if draft.login_secret is CLIENT_SECRET:
        return "token"
    return "password" if draft.settings.get("user") else "none"
