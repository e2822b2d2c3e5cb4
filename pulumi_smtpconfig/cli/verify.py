"""`smtpconfig verify`: try settings at their SMTP server, without a mail."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.cli.exit_codes import ANSWERED_NO, FINE, NOT_TOLD, WRONG_USAGE
from pulumi_smtpconfig.cli.output import mark, print_warning, talking_to
from pulumi_smtpconfig.cli.password import password_for
from pulumi_smtpconfig.cli.run import OptionsFirst, Outcome, Rows
from pulumi_smtpconfig.connection import Connection
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified, error_context
from pulumi_smtpconfig.interface import Step
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lint.engine import find_errors, find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulumi_smtpconfig.interface import Verification
    from pulumi_smtpconfig.problems import Problem

BLANK: dict[str, Any] = {"verified": False, "stage": None, "steps": [], "findings": []}
BRACKETED = re.compile(r"\A\[([^\[\]]*:[^\[\]]*)\]\Z")
"""An address of IPv6 as URLs have it."""


def verify(properties: Mapping[str, object], ca_bundle: str) -> Outcome:
    """Try the settings at their server, unless they cannot be right.

    Args:
        properties: The options as a program would give them: settings without the password, and
            `passwordFrom` and `verifyRecipient`.
        ca_bundle: A PEM file of authorities, used instead of SMTPCONFIG_CA_BUNDLE; may be empty.
    """
    host = BRACKETED.sub(r"\1", str(properties["host"]))
    properties = {**properties, "host": host}
    has_password = properties.get("user") or properties.get("passwordFrom")
    later = {"password": UNKNOWN} if has_password else {}
    declared, problems, findings = _parsed({**properties, **later})
    if problems or findings:  # so that nobody enters a password in vain
        return _wrong(problems, findings)
    try:
        password = password_for(declared.settings.user, declared.options.password_from)
    except ConfigurationError as error:
        return Outcome(WRONG_USAGE, BLANK, error=error)
    declared, problems, findings = _parsed({**properties, "password": password})
    if problems or findings:
        return _wrong(problems, findings)
    return _tried(declared, ca_bundle)


def _parsed(properties: Mapping[str, object]) -> tuple[Declaration, list[Problem], list[Problem]]:
    """Parse what a program says of a resource but for its tenant, which no mail server knows."""
    settings, problems = parse(SmtpSettings, properties)
    options, more = parse(Options, properties)
    declared = Declaration(parse(Tenant, {})[0], settings, options)
    return declared, [*problems, *more], list(find_errors(settings.stored()))


def _tried(declared: Declaration, ca_bundle: str) -> Outcome:
    doubts = list(find_warnings(declared.settings.stored()))
    for doubt in doubts:
        print_warning(str(doubt))
    verification = declared.verification()
    address = _address(verification)
    try:
        with error_context(f"Verifying {address} failed."):
            outcome = _told(address, _steps(verification, address, ca_bundle))
    except NotVerified as error:
        passed = [step for step in error.passed if isinstance(step, Step)]
        outcome = _told(address, passed, error)
    except ConfigurationError as error:  # the bundle is all that can be wrong
        outcome = Outcome(WRONG_USAGE if ca_bundle else NOT_TOLD, BLANK, error=error)
    return outcome._replace(document=outcome.document | {"findings": _plain(doubts)})


def _address(verification: Verification) -> str:
    host = verification.host
    return f"{f'[{host}]' if ':' in host else host}:{verification.port}"


def _steps(verification: Verification, address: str, ca_bundle: str) -> list[Step]:
    config = OptionsFirst({"caBundle": ("--ca-bundle", ca_bundle)})
    with talking_to(address) as warn, closing(Connection(config, warn)) as connection:
        return connection.verify(verification)


def _told(address: str, steps: Sequence[Step], error: NotVerified | None = None) -> Outcome:
    stage = error.stage if error else None
    passed = [step._asdict() for step in steps]
    document = {"verified": error is None, "stage": stage, "steps": passed}
    rows = [(mark(passed=True), *step) for step in steps]
    rows += [(mark(passed=False), error.stage, "failed")] if error else []
    title = f"{address} is{' not' if error else ''} verified. No mail was sent."
    shown = Rows(title, ("", "stage", "what was said"), rows)
    return Outcome(ANSWERED_NO if error else FINE, document, shown, error)


def _wrong(problems: Iterable[Problem], findings: Sequence[Problem]) -> Outcome:
    reasons = "\n  ".join(map(str, [*problems, *findings]))
    error = ConfigurationError(reasons, "correct these options; nothing was tried.")
    return Outcome(WRONG_USAGE, BLANK | {"findings": _plain(findings)}, error=error)


def _plain(findings: Iterable[Problem]) -> list[dict[str, str]]:
    return [finding._asdict() for finding in findings]
