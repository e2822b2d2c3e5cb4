"""What the rules find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint.linter import find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.problems import Problem


def find(settings: Mapping[str, object]) -> list[Problem]:
    """Return the errors and warnings in settings."""
    return [*find_errors(settings), *find_warnings(settings)]


def codes(**settings: object) -> list[str]:
    """Return the codes of what the rules find in the base settings with these changes."""
    return [problem.code for problem in find(BASE | settings)]
