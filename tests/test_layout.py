"""Laws of the code base, read from its source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.source import SOURCES, TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "pulumi_smtpconfig"
TABLE = Path("platforms/__init__.py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module imports anywhere, also in functions and for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_platform(node: ast.AST) -> bool:
    """Tell whether an expression stands for one platform: `platform`, `x.platform`, a member."""
    if isinstance(node, ast.Attribute):
        return node.attr == "platform" or ast.unparse(node.value).endswith("PlatformName")
    return isinstance(node, ast.Name) and node.id == "platform"


def comparisons(tree: ast.AST) -> Iterator[str]:
    """Yield each comparison and match that asks which platform it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(map(is_platform, [node.left, *node.comparators])):
            yield ast.unparse(node)
        if isinstance(node, ast.Match) and is_platform(node.subject):
            yield ast.unparse(node)


def test_the_emulator_and_the_package_share_no_code() -> None:
    """A witness that used the same code would make the same mistakes."""
    trees = [tree for path, tree in TREES.items() if path.parts[0] == "emulator"]
    names = {name for tree in trees for name in imports(tree)}
    assert names
    assert not [name for name in names if name.startswith((f"{NAME}.", ".."))]


@pytest.mark.parametrize("path", TREES, ids=str)
def test_nobody_asks_which_platform_it_is(path: Path) -> None:
    """What differs between platforms stands in the table's rows."""
    assert not list(comparisons(TREES[path]))


def test_a_platform_is_named_in_the_table_alone() -> None:
    """The members of the enumeration are keys of the table and nothing else."""
    text = "".join(source for path, source in SOURCES.items() if path != TABLE)
    assert "PlatformName." not in text
    table = TREES[TABLE].body[-1]
    assert isinstance(table, ast.AnnAssign)
    assert isinstance(table.value, ast.Dict)
    assert len(table.value.keys) == SOURCES[TABLE].count("PlatformName.")


@pytest.mark.parametrize("path", [path for path in TREES if path.name == "__init__.py"], ids=str)
def test_all_is_sorted_and_complete(path: Path) -> None:
    """A package that exports names lists all of them, in order; a wing says what it is for."""
    assert ast.get_docstring(TREES[path])
    nodes = [node for node in TREES[path].body if isinstance(node, ast.ImportFrom)]
    names = [alias.asname or alias.name for node in nodes for alias in node.names]
    assert path == TABLE or not names or f"__all__ = {sorted(names)}" in ast.unparse(TREES[path])


def test_a_program_does_not_pay_for_what_it_does_not_use() -> None:
    """Declaring resources imports neither what sends nor what parses."""
    code = f"import sys, {NAME}; print(*{{'httpx', 'pydantic'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
