"""How large files and functions may grow."""

from __future__ import annotations

import ast
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.source import SOURCES, TREES

if TYPE_CHECKING:
    from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    """Return the functions and methods of a file."""
    return [node for node in ast.walk(TREES[path]) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Return the lines of a function's body without its docstring."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_fits_in_a_head(path: Path) -> None:
    """No file is longer than 150 lines, and no function than 30."""
    assert len(SOURCES[path].splitlines()) <= 150
    assert not [each.name for each in functions(path) if length(each) > 30]


def test_most_functions_are_a_glance() -> None:
    """Half of the functions have at most 5 lines, and nine in ten at most 15."""
    lengths = [length(function) for path in TREES for function in functions(path)]
    assert median(lengths) <= 5
    assert sum(lines <= 15 for lines in lengths) >= 0.9 * len(lengths)
