"""What an exported text declares."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.fleet.passwords import Passwords
from pulumi_smtpconfig.property_names import ATTRIBUTES
from tests.fleet.files import read

if TYPE_CHECKING:
    from pathlib import Path

Declared = dict[str, dict[str, Any]]
"""The arguments of each resource, by its name."""


def arguments_of(program: str) -> Declared:
    """Return what a program declares; it consists of literals alone."""
    calls = [each.value for each in ast.parse(program).body if isinstance(each, ast.Expr)]
    declared: Declared = {}
    for call in calls[1:]:  # after the docstring
        assert isinstance(call, ast.Call)
        (name,) = map(ast.literal_eval, call.args)
        assert name not in declared
        declared[name] = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    return declared


def fleet_arguments_of(text: str, folder: Path) -> Declared:
    """Return what a file declares, as the fleet reads it."""
    path = folder / "tenants.yaml"
    path.write_text(text, "utf-8")
    fleet = read(path)
    return {
        each.name: {
            ATTRIBUTES.get(key, key): value
            for key, value in fleet.properties(each, Passwords(None, None)).items()
        }
        for each in fleet.of_group("all")
    }
