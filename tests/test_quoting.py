"""Text from outside reaches a message only through `redaction`, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig import errors
from tests.source import TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_ERRORS = {*(name for name in vars(errors) if name[0].isupper()), "StageFailed", "Failed"}
QUOTING = {"quote_text", "quote_body", "quote_host", "contains_secret", "quote"}
"""The functions of `redaction`, and the method of an SMTP session that calls one."""

OUTSIDE = {"body", "headers", "location", "verify_message"}
"""Attributes that hold what a server or a library says."""

MODULES = {
    path: tree
    for path, tree in TREES.items()
    if path != Path("redaction.py") and path.parts[0] != "emulator"
}


def from_outside(node: ast.AST, foreign: set[str]) -> bool:
    """Return whether an expression is text from outside, or a foreign exception's."""
    if isinstance(node, ast.Attribute):
        own = isinstance(node.value, ast.Name) and node.value.id in foreign
        return node.attr in OUTSIDE or (own and node.attr != "__name__")
    return isinstance(node, ast.Name) and node.id in foreign


def unquoted(node: ast.AST, foreign: set[str]) -> Iterator[str]:
    """Yield the text from outside in an expression that is not quoted on its way."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in QUOTING or name in {"type", "len"}:
            return
    if from_outside(node, foreign):
        yield ast.unparse(node)
        return
    for child in ast.iter_child_nodes(node):
        yield from unquoted(child, foreign)


def messages(node: ast.AST, foreign: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the unquoted text from outside in each f-string, with the exceptions caught there."""
    if isinstance(node, ast.JoinedStr):
        yield from unquoted(node, set(foreign))
        return
    if isinstance(node, ast.ExceptHandler) and node.name and node.type:
        kinds = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)}
        foreign = foreign - {node.name} if kinds <= OWN_ERRORS else foreign | {node.name}
    for child in ast.iter_child_nodes(node):
        yield from messages(child, foreign)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_text_from_outside_is_quoted_by_redaction_alone(path: Path) -> None:
    """No f-string shows a body, a header, or a foreign exception that was not checked first."""
    assert not list(messages(MODULES[path]))


@pytest.mark.parametrize(
    "source",
    [
        'f"it said {response.body.decode()}"',
        'f"it said {str(caught)}"',
        'f"it said {caught.strerror}"',
        'f"it said {error.verify_message}"',
    ],
)
def test_a_breach_would_be_found(source: str) -> None:
    """The search knows the ways in which text from outside is written into a message."""
    assert list(unquoted(ast.parse(source), {"caught"}))


def test_a_quote_is_no_breach() -> None:
    """What passes through `redaction` may be shown, and so may the type of an exception."""
    source = 'f"{quote_body(response.body, secrets)} {type(caught).__name__} {len(x.body)}"'
    assert not list(unquoted(ast.parse(source), {"caught"}))
