"""`smtpconfig verify`: run an SMTP session up to MAIL FROM, without sending mail."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.cli.exit_codes import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE
from pulumi_smtpconfig.cli.option_names import with_options
from pulumi_smtpconfig.cli.output import connecting_to, mark, print_warning
from pulumi_smtpconfig.cli.password import secret_for
from pulumi_smtpconfig.cli.run import CommandConfig, Outcome, Report, invalid_options
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified, error_context
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lint.linter import find_errors, find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, PASSWORD
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse
from pulumi_smtpconfig.smtp.stages import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_smtpconfig.interface import Verification
    from pulumi_smtpconfig.problems import Problem

TOKEN_LOGIN = (
    *("authTokenUrl", "authTokenClientId", "authTokenScope"),
    CLIENT_SECRET.reference_key,
)
OWN_NAMES = {"verifyRecipient": "--recipient"}
BLANK: dict[str, Any] = {"verified": False, "stage": None, "steps": [], "findings": []}


def verify(properties: Mapping[str, object], ca_bundle: str) -> Outcome:
    """Verify settings at their SMTP server, unless they are invalid.

    Args:
        properties: Settings without a secret, its reference and `verifyRecipient`, by the keys of a
            Pulumi program.
        ca_bundle: A PEM file that replaces SMTPCONFIG_CA_BUNDLE, unless empty.
    """
    is_by_token = any(properties.get(key) for key in TOKEN_LOGIN)
    kind = CLIENT_SECRET if is_by_token else PASSWORD
    needs_secret = properties.get("user") or properties.get(kind.reference_key)
    properties = {**properties, **({kind.key: UNKNOWN} if needs_secret else {})}
    declaration, invalid = _parse(properties)
    if invalid:  # before the prompt for the secret
        return invalid
    try:
        secret = secret_for(kind, declaration.settings.user, declaration.reference)
    except ConfigurationError as error:
        return Outcome(EXIT_USAGE, BLANK, error=error)
    declaration, invalid = _parse({**properties, kind.key: secret})
    return invalid or _verify(declaration, ca_bundle)


def _parse(properties: Mapping[str, object]) -> tuple[Declaration, Outcome | None]:
    """Parse a resource without its tenant; return the outcome too if it is invalid."""
    settings, problems = parse(SmtpSettings, properties)
    options, more = parse(Options, properties)
    findings = list(find_errors(settings.stored()))
    invalid = [*problems, *more, *findings]
    document = {**BLANK, "findings": _as_dicts(findings)}
    declaration = Declaration(parse(Tenant, {})[0], settings, options)
    return declaration, invalid_options(invalid, document, OWN_NAMES) if invalid else None


def _verify(declaration: Declaration, ca_bundle: str) -> Outcome:
    warnings = list(find_warnings(declaration.settings.stored()))
    for warning in warnings:
        print_warning(with_options(warning, OWN_NAMES))
    verification = declaration.verification()
    address = address_of(verification)
    try:
        with error_context("Could not verify the settings."):
            outcome = _outcome(address, _run(verification, address, ca_bundle))
    except NotVerified as error:
        passed = [step for step in error.passed if isinstance(step, Step)]
        outcome = _outcome(address, passed, error)
    except ConfigurationError as error:  # only the CA bundle can be invalid here
        outcome = Outcome(EXIT_USAGE if ca_bundle else EXIT_UNAVAILABLE, BLANK, error=error)
    return outcome._replace(document={**outcome.document, "findings": _as_dicts(warnings)})


def _run(verification: Verification, address: str, ca_bundle: str) -> list[Step]:
    config = CommandConfig({"caBundle": ("--ca-bundle", ca_bundle)})
    with connecting_to(address) as warn, closing(AuthorizedClient(config, warn)) as client:
        return client.verify(verification)


def _outcome(address: str, steps: Sequence[Step], error: NotVerified | None = None) -> Outcome:
    stage = error.stage if error else None
    passed = [step._asdict() for step in steps]
    document = {"verified": error is None, "stage": stage, "steps": passed}
    rows = [(mark(passed=True), *step) for step in steps]
    rows += [(mark(passed=False), error.stage, "failed")] if error else []
    title = f"{address} is{' not' if error else ''} verified. No mail was sent."
    report = Report(title, ("", "stage", "result"), rows)
    return Outcome(EXIT_FAILED if error else EXIT_OK, document, report, error)


def _as_dicts(findings: Iterable[Problem]) -> list[dict[str, str]]:
    return [finding._asdict() for finding in findings]
