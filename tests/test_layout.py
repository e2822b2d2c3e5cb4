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
    """Yield what a module imports, in functions and for type checking too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_platform(node: ast.AST) -> bool:
    """Return whether an expression is `platform`, `x.platform` or a member of PlatformName."""
    if isinstance(node, ast.Attribute):
        return node.attr == "platform" or ast.unparse(node.value).endswith("PlatformName")
    return isinstance(node, ast.Name) and node.id == "platform"


def comparisons(tree: ast.AST) -> Iterator[str]:
    """Yield each comparison or match on a platform."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(map(is_platform, [node.left, *node.comparators])):
            yield ast.unparse(node)
        if isinstance(node, ast.Match) and is_platform(node.subject):
            yield ast.unparse(node)


def test_the_emulator_and_the_package_share_no_code() -> None:
    """With shared code the emulator would make the same mistakes as the package."""
    trees = [tree for path, tree in TREES.items() if path.parts[0] == "emulator"]
    names = {name for tree in trees for name in imports(tree)}
    assert names
    assert not [name for name in names if name.startswith((f"{NAME}.", ".."))]


@pytest.mark.parametrize("path", TREES, ids=str)
def test_no_code_compares_platforms(path: Path) -> None:
    """Their differences belong in the rows of the table."""
    assert not list(comparisons(TREES[path]))


def test_only_the_table_names_platforms() -> None:
    """The members of the enumeration are used as its keys and nowhere else."""
    text = "".join(source for path, source in SOURCES.items() if path != TABLE)
    assert "PlatformName." not in text
    table = TREES[TABLE].body[-1]
    assert isinstance(table, ast.AnnAssign)
    assert isinstance(table.value, ast.Dict)
    assert len(table.value.keys) == SOURCES[TABLE].count("PlatformName.")


@pytest.mark.parametrize("path", [path for path in TREES if path.name == "__init__.py"], ids=str)
def test_all_is_sorted_and_complete(path: Path) -> None:
    """A package lists all names that it exports, and its docstring says what it is for."""
    assert ast.get_docstring(TREES[path])
    nodes = [node for node in TREES[path].body if isinstance(node, ast.ImportFrom)]
    names = [alias.asname or alias.name for node in nodes for alias in node.names]
    assert path == TABLE or not names or f"__all__ = {sorted(names)}" in ast.unparse(TREES[path])


def test_a_program_imports_neither_httpx_nor_pydantic() -> None:
    """Declaring resources needs neither, and both are slow to import."""
    code = f"import sys, {NAME}; print(*{{'httpx', 'pydantic'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
