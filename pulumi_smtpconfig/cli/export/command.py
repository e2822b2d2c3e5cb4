"""Read tenants, several at once, and write a program or a fleet's file that declares them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.at_once import at_once
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE
from pulumi_smtpconfig.cli.export.comments import quoted
from pulumi_smtpconfig.cli.export.fleet_file import fleet_file
from pulumi_smtpconfig.cli.export.output_file import find_obstacle, write_file
from pulumi_smtpconfig.cli.export.program import python_program
from pulumi_smtpconfig.cli.export.tenant import ExportedTenant, export_tenant, has_settings
from pulumi_smtpconfig.cli.output import (
    print_error,
    print_lines,
    print_warning,
    waiting,
)
from pulumi_smtpconfig.cli.run import (
    CommandConfig,
    Outcome,
    Report,
    exit_code,
    invalid_options,
    not_enabled,
)
from pulumi_smtpconfig.errors import (
    ReadFailed,
    SmtpConfigError,
    error_context,
)
from pulumi_smtpconfig.lifecycle.checks import find_platform_problems
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.live_settings import LiveSettings
from pulumi_smtpconfig.listing import LISTING, list_tenants
from pulumi_smtpconfig.problems import Problem
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse
from pulumi_smtpconfig.without_pulumi import without_pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pulumi_smtpconfig.cli.output import Wait
    from pulumi_smtpconfig.interface import Reading

PYTHON, FLEET = "python", "fleet"
SEVERAL = 2
THREADS = 8
"""Tenants that are read at once."""

BLANK: dict[str, Any] = {"tenants": [], "variables": [], "text": None, "output": None}

Results = dict[str, ExportedTenant | SmtpConfigError | None]
"""What became of each tenant; None is one without mail settings."""


class TenantReading(NamedTuple):
    """A tenant that has settings, and what was read."""

    tenant: Declaration
    reading: Reading


Readings = dict[str, TenantReading | SmtpConfigError | None]
"""What was read of each tenant; None is one without mail settings."""


class Target(NamedTuple):
    """Where the result goes.

    Attributes:
        format: "python" or "fleet".
        output: The path of a file; empty for standard output.
        force: Whether a file that is there is replaced.
    """

    format: str
    output: str
    force: bool


def export(properties: Mapping[str, object], tenant_ids: Sequence[str], target: Target) -> Outcome:
    """Write what declares the live settings of tenants.

    Args:
        properties: The platform and its credentials, by the keys of a Pulumi program.
        tenant_ids: The tenants; none for all that the platform lists.
        target: Where the result goes.
    """
    if problems := [*_find_problems(properties, tenant_ids), *_find_target_problems(target)]:
        return invalid_options(dict.fromkeys(problems), BLANK, {"tenantId": "TENANT"})
    config, first = CommandConfig(), _declare(properties, (*tenant_ids, LISTING)[0])[0]
    if not first.read_request(AuthorizedClient(config, print_warning).setting):
        return not_enabled(first, BLANK)
    with (
        waiting(f"Reading mail settings from {first.tenant.hostname} ...") as wait,
        closing(AuthorizedClient(config, wait.warn)) as client,
    ):
        names = list(dict.fromkeys(tenant_ids)) or list_tenants(client, first)
        readings: Readings = dict.fromkeys(names)
        reads = at_once(names, partial(_read, properties, client, wait), THREADS)
        for number, (name, result) in enumerate(reads, start=1):
            readings[name] = result
            wait.update(f"Reading mail settings: {number} of {len(names)} tenants ...")
        results = _export_all(readings, client, wait.warn)
    return _outcome(first, results, target)


def _declare(properties: Mapping[str, object], tenant_id: str) -> tuple[Declaration, list[Problem]]:
    """Return a tenant with its credentials, and everything that is wrong with them."""
    tenant, problems = parse(Tenant, {**properties, "tenantId": tenant_id})
    options, more = parse(Options, properties)
    declaration = Declaration(tenant, parse(SmtpSettings, {})[0], options)
    return declaration, [*problems, *more, *find_platform_problems(declaration)]


def _find_problems(
    properties: Mapping[str, object], tenant_ids: Sequence[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the options that say what is read."""
    same: dict[str, str] = {}
    for tenant_id in tenant_ids or [LISTING]:
        declaration, problems = _declare(properties, tenant_id)
        yield from problems
        if problems:
            continue
        platform = declaration.platform
        if not (tenant_ids or platform.list_url(declaration.tenant)):
            why = f"is required: {platform.title} offers no list of its tenants"
            yield Problem("tenantId", why)
        key = tenant_id.lower() if platform.folds_case else tenant_id
        if same.setdefault(key, tenant_id) != tenant_id:
            yield Problem("tenantId", f"names one tenant of {platform.title} in two spellings")


def _find_target_problems(target: Target) -> Iterator[Problem]:
    if target.format not in {PYTHON, FLEET}:
        yield Problem("format", f'must be "{PYTHON}" or "{FLEET}"')
    if target.output and (why := find_obstacle(target.output, replace=target.force)):
        yield Problem("output", why)


def _read(
    properties: Mapping[str, object], client: AuthorizedClient, wait: Wait, tenant_id: str
) -> TenantReading | None:
    tenant, problems = _declare(properties, tenant_id)
    with error_context(f"{tenant.title}: could not read the mail settings."):
        if problems:  # a listed one; those that were named have none
            raise ReadFailed("; ".join(map(str, problems)), "rename the tenant on the platform.")
        reading = LiveSettings(client, wait.warn).fetch(tenant)
        if reading is None or not has_settings(reading):
            return None
        return TenantReading(tenant, reading)


def _export_all(
    readings: Readings, client: AuthorizedClient, warn: Callable[[str], None]
) -> Results:
    """Export each tenant without the secrets of any: one may repeat another's."""
    found = [each for each in readings.values() if isinstance(each, TenantReading)]
    secrets = frozenset().union(*(each.reading.secrets for each in found))
    return {
        tenant_id: export_tenant(each.tenant, each.reading._replace(secrets=secrets), client, warn)
        if isinstance(each, TenantReading)
        else each
        for tenant_id, each in readings.items()
    }


def _outcome(first: Declaration, results: Results, target: Target) -> Outcome:
    failed = {key: each for key, each in results.items() if isinstance(each, SmtpConfigError)}
    error = _print_failures(list(failed.values()), len(results))
    document = {**BLANK, "tenants": [_as_dict(*each) for each in results.items()]}
    if failed and len(failed) == len(results):
        codes = {exit_code(each) for each in failed.values()}
        return Outcome(
            EXIT_FAILED if EXIT_FAILED in codes else EXIT_UNAVAILABLE, document, None, error
        )
    exported = [each for each in results.values() if isinstance(each, ExportedTenant)]
    without = [tenant_id for tenant_id, each in results.items() if each is None]
    notes = [*_variables(exported), *_missing(without, list(failed))]
    head = [f"The mail settings on {first.tenant.hostname}, written by smtpconfig export.", *notes]
    shared = first.tenant.stored() | first.options.stored()
    is_python = target.format == PYTHON
    text = python_program(head, exported) if is_python else fleet_file(head, shared, exported)
    names = [name for tenant in exported for name in tenant.variables]
    document |= {"variables": names, "text": text}
    code = EXIT_FAILED if failed else EXIT_OK
    if not target.output:
        print_lines(notes)
        return Outcome(code, document, text, error)
    write_file(target.output, text)
    print_lines(notes)
    report = Report(f"{len(exported)} of {len(results)} tenants are declared in {target.output}.")
    return Outcome(code, document | {"text": None, "output": target.output}, report, error)


def _print_failures(errors: Sequence[SmtpConfigError], tenants: int) -> SmtpConfigError | None:
    """Print the error of each tenant, and return the one that the command ends with."""
    if len(errors) < SEVERAL:
        return next(iter(errors), None)
    for error in errors:
        print_error(error)
    return ReadFailed(
        f"{len(errors)} of {tenants} tenants could not be read, so they are not declared.",
        "see the errors above, then export these tenants again.",
    )


def _variables(exported: Iterable[ExportedTenant]) -> Iterator[str]:
    lines = [
        f"  {name}  {secret.name} of tenant {quoted([tenant.tenant_id])}"
        for tenant in exported
        for name, secret in tenant.variables.items()
    ]
    if lines:
        yield ""
        yield "Set these variables wherever this runs, to the secrets that the platform has:"
        yield from lines


def _missing(without: Sequence[str], failed: Sequence[str]) -> Iterator[str]:
    if without:
        yield ""
        yield f"Without mail settings, so not declared: {quoted(without)}."
    if failed:
        yield ""
        yield f"Not readable, so missing here: {quoted(failed)}."


def _as_dict(tenant_id: str, result: ExportedTenant | SmtpConfigError | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "tenantId": tenant_id,
        "result": "no settings",
        "resource": None,
        "properties": None,
        "variables": [],
        "notes": [],
        "happened": None,
        "remedy": None,
    }
    if isinstance(result, ExportedTenant):
        remarks = [line for lines in result.remarks.values() for line in lines]
        entry |= {
            "result": "declared",
            "resource": result.name,
            "properties": result.properties,
            "variables": [*result.variables],
            "notes": [*result.notes, *remarks],
        }
    if isinstance(result, SmtpConfigError):
        happened, remedy = map(without_pulumi, (result.happened, result.remedy))
        entry |= {"result": "failed", "happened": happened, "remedy": remedy}
    return entry
