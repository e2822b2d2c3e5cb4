"""Look at many tenants, and tell what is wrong: as a table, as JSON, and as a page."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.audit.auditor import Scope, audit
from pulumi_smtpconfig.audit.targets import is_export, of_file, of_platform, of_stack, undeclared
from pulumi_smtpconfig.audit.words import STATE_WORDS
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
)
from pulumi_smtpconfig.cli.export.output_file import find_obstacle, write_file
from pulumi_smtpconfig.cli.output import print_stopped, waiting
from pulumi_smtpconfig.cli.run import CommandConfig, Outcome, Report, invalid_options
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError
from pulumi_smtpconfig.listing import LISTING
from pulumi_smtpconfig.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_smtpconfig.audit.report import AuditedTenant, AuditReport, State
    from pulumi_smtpconfig.audit.targets import Target

BLANK: dict[str, Any] = {
    "subject": None,
    "finished": None,
    "seconds": None,
    "isComplete": False,
    "verify": False,
    "dns": False,
    "notices": [],
    "counts": {},
    "tenants": [],
}
MORE_PACKAGES = "needs more packages: pip install 'pulumi-smtpconfig[audit]'"
FAIL_ON = {"error": ("error", "unknown"), "warning": ("error", "unknown", "warning"), "never": ()}
"""For each value of `--fail-on`, the states of tenants at which the command fails."""


class Source(NamedTuple):
    """Where the tenants are from: one of three.

    Attributes:
        file: A tenants.yaml, or the output of `pulumi stack export` as a .json file.
        stack: The name of a stack of the project in this folder.
        properties: A platform and its credentials, by the keys of a Pulumi program.
        tenant_ids: The tenants of that platform; none for all that it lists.
        folder: The folder of a fleet's password files, or empty.
    """

    file: str
    stack: str
    properties: Mapping[str, object]
    tenant_ids: Sequence[str]
    folder: str


class Output(NamedTuple):
    """What becomes of the report.

    Attributes:
        html: The path of the page to write; empty for none.
        fail_on: "error", "warning" or "never".
        shows_all: Whether the table has the tenants without findings too.
    """

    html: str
    fail_on: str
    shows_all: bool


def run_audit(source: Source, scope: Scope, output: Output) -> Outcome:
    """Audit the tenants of a source."""
    if problems := list(_find_problems(source, scope, output)):
        return invalid_options(problems, BLANK, {"file": "FILE"})
    with (
        waiting("Finding the tenants ...") as wait,
        closing(AuthorizedClient(CommandConfig(), wait.warn)) as client,
    ):
        subject, targets = _targets(source, client)
        report = audit(subject, targets, client, scope, wait.update)
    if not report.is_complete:
        print_stopped()
    error = _write_page(report, output.html) if output.html else None
    code = EXIT_UNAVAILABLE if error and report.is_complete else _exit_code(report, output)
    page = "" if error else output.html
    return Outcome(code, _document(report), _table(report, page, output.shows_all), error)


def _write_page(report: AuditReport, path: str) -> SmtpConfigError | None:
    # Whoever wants no page does not pay for the templates.
    from pulumi_smtpconfig.audit.page import render_page  # noqa: PLC0415 - see above

    try:
        write_file(path, render_page(report), remedy="check --html.")
    except SmtpConfigError as error:
        return error
    return None


def _find_problems(source: Source, scope: Scope, output: Output) -> Iterator[Problem]:
    yield from _find_source_problems(source)
    if output.fail_on not in FAIL_ON:
        yield Problem("fail_on", "must be error, warning or never")
    if output.html and (why := find_obstacle(output.html, replace=True)):
        yield Problem("html", why)
    elif output.html and not find_spec("jinja2"):
        yield Problem("html", MORE_PACKAGES)
    if scope.dns and not find_spec("dns"):
        yield Problem("dns", MORE_PACKAGES)
    elif scope.dns_server and (why := _dns_server_problem(scope)):
        yield Problem("dns_server", why)
    elif scope.dns and not scope.dns_server and not _has_dns_server():
        yield Problem(
            "dns", "needs a DNS server, and none is configured on this machine: give --dns-server"
        )


def _find_source_problems(source: Source) -> Iterator[Problem]:
    hostname = source.properties.get("hostname")
    if sum(map(bool, (source.file, source.stack, hostname))) != 1:
        yield Problem("file", "give exactly one of FILE, --stack and --hostname")
    if source.folder and not source.file:
        yield Problem("password_folder", "needs FILE")
    if not hostname:
        for key in ("tenantId", "basePath", "credentials"):
            if key == "credentials" and is_export(source.file):
                continue
            if source.tenant_ids if key == "tenantId" else source.properties.get(key):
                yield Problem(key, "needs --hostname")
        return
    for tenant_id in source.tenant_ids or [LISTING]:
        declaration, _, _, problems = undeclared(source.properties, tenant_id)
        yield from problems
        if not (problems or source.tenant_ids) and not declaration.list_request():
            title = declaration.platform.title
            yield Problem("tenantId", f"is required: {title} offers no list of its tenants")


def _dns_server_problem(scope: Scope) -> str:
    if not scope.dns:
        return "needs --dns"
    from pulumi_smtpconfig.audit.mail_dns import server_address  # noqa: PLC0415 - for --dns alone

    try:
        server_address(scope.dns_server)
    except ValueError:
        return "must be an IP address, such as 192.0.2.53 or [2001:db8::53]:5353"
    return ""


def _has_dns_server() -> bool:
    from pulumi_smtpconfig.audit.mail_dns import MailDns  # noqa: PLC0415 - for --dns alone

    try:
        MailDns()
    except ConfigurationError:
        return False
    return True


def _targets(source: Source, client: AuthorizedClient) -> tuple[str, list[Target]]:
    if source.stack:
        return f"stack {source.stack}", of_stack(source.stack)
    if source.file:
        credentials = str(source.properties["credentials"])
        path = Path(source.file)
        return path.name, of_file(path, source.folder, credentials)
    return str(source.properties["hostname"]), of_platform(
        source.properties, source.tenant_ids, client
    )


def _exit_code(report: AuditReport, output: Output) -> int:
    if not report.is_complete:
        return EXIT_INTERRUPTED
    bad = FAIL_ON[output.fail_on]
    fails = any(each.state in bad for each in report.tenants) or (bad and report.notices)
    return EXIT_FAILED if fails else EXIT_OK


def _counts(report: AuditReport) -> dict[State, int]:
    counted = Counter(each.state for each in report.tenants)
    return {state: counted[state] for state in STATE_WORDS}


def _document(report: AuditReport) -> dict[str, Any]:
    return {
        "subject": report.subject,
        "finished": report.finished.isoformat(timespec="seconds"),
        "seconds": round(report.seconds, 1),
        "isComplete": report.is_complete,
        "verify": report.verify,
        "dns": report.dns,
        "notices": [*report.notices],
        "counts": _counts(report),
        "tenants": [_as_dict(each) for each in report.tenants],
    }


def _as_dict(tenant: AuditedTenant) -> dict[str, Any]:
    return {
        "tenantId": tenant.tenant_id,
        "platform": tenant.platform,
        "hostname": tenant.hostname,
        "resource": tenant.resource or None,
        "group": tenant.group or None,
        "state": tenant.state,
        "areLive": tenant.are_live,
        "server": tenant.server or None,
        "authentication": tenant.authentication,
        "password": tenant.password,
        "certificateDays": tenant.certificate_days,
        "session": tenant.session or None,
        "drift": [each._asdict() for each in tenant.drift],
        "findings": [each._asdict() for each in tenant.findings],
        "settings": tenant.settings,
        "dns": tenant.dns,
    }


def _table(report: AuditReport, page: str, shows_all: bool) -> Report:  # noqa: FBT001 - an option
    counts = _counts(report)
    told = ", ".join(f"{number} {STATE_WORDS[state]}" for state, number in counts.items() if number)
    total = len(report.tenants)
    tenants = "1 tenant" if total == 1 else f"{total:,} tenants"
    title = f"{tenants} of {report.subject}{': ' if told else ''}{told}."
    title += "".join(f" {notice}" for notice in report.notices)
    if not report.is_complete:
        title += " The audit was stopped; this is what was known by then."
    if page:
        title += f" The page was written to {page}."
    rows = [
        row
        for tenant in report.tenants
        if shows_all or tenant.state != "ok"
        for row in _rows(tenant)
    ]
    return Report(title, ("tenant", "state", "finding") if rows else (), rows, is_title_last=True)


def _rows(tenant: AuditedTenant) -> Iterator[tuple[str, str, str]]:
    first = (tenant.tenant_id, STATE_WORDS[tenant.state])
    if not tenant.findings:
        yield (*first, "")
    for finding in tenant.findings:
        yield (*first, f"{finding.code} {finding.why} {finding.remedy}".rstrip())
        first = ("", "")
