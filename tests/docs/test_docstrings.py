"""What editors show of everything that a program imports; ruff asks for it on each method."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

import pytest

import pulumi_smtpconfig
from pulumi_smtpconfig import emulator, testing

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (pulumi_smtpconfig, emulator, testing)
DOCUMENTED_BY_THE_RESOURCE = {"SmtpConfigArgs"}
PUBLIC = [
    getattr(module, name)
    for module in MODULES
    for name in module.__all__
    if name not in DOCUMENTED_BY_THE_RESOURCE
]


def documented(kind: type) -> set[str]:
    """Return the fields of a class that have a docstring behind them."""
    (node,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(node, ast.ClassDef)
    pairs = zip(node.body, node.body[1:], strict=False)
    return {
        ast.unparse(field.target)
        for field, after in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr)
    }


def fields(kind: type) -> Iterator[str]:
    """Yield the public fields that a class declares."""
    yield from (name for name in inspect.get_annotations(kind) if not name.startswith("_"))


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_every_argument_and_field_is_told_of(kind: type) -> None:
    """An argument stands in the class's docstring; a field there or in a docstring of its own."""
    text = f"\n{inspect.getdoc(kind)}"
    arguments = list(inspect.signature(kind.__init__).parameters)[1:]  # type: ignore[misc] # asked of the class
    told = documented(kind)
    names = {*arguments, *fields(kind)} - {"args", "kwargs"}
    assert not [name for name in names if f"\n    {name}: " not in text and name not in told]
