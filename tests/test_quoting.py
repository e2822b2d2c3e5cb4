"""Text from outside reaches a message only through `redaction`, read from the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig import errors
from tests.source import TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_ERRORS = {
    *(name for name in vars(errors) if name[0].isupper()),
    "StageFailed",
    "ProtocolError",
    "Unreachable",
    "InvalidAuthority",
    "FleetError",
    "Unreadable",
}
CHECKED = {"quote_text", "quote_body", "quote_host", "contains_secret", "type", "len"}
"""Functions whose results may be shown, whatever their arguments."""

QUOTE = {"self.quote", "context.quote", "quote"}
"""How the SMTP wing calls its session's `quote_text`."""

OUTSIDE = {
    *("body", "content", "headers", "location", "verify_message", "strerror"),
    *("esmtp_features", "auth_mechanisms", "reply.text"),
}
"""Attributes that hold what a server or a library says."""

HARMLESS = {"__name__", "__traceback__", "verify_code", "reason", "missing.name"}
"""Attributes of a foreign exception that hold no text of a server: OpenSSL's reasons are fixed, and
a missing module has a name of the source."""

NARROWED = re.compile(r"isinstance\((?P<name>\w+), (?P<kind>\w+)\)")

TEXT = {"str", "repr", "getattr"}
"""Functions that return the text of their argument."""

LOCAL = {
    Path("tls.py"),
    Path("settings/password_reference.py"),
    Path("cli/output.py"),
    Path("cli/export/output_file.py"),
    Path("fleet/document.py"),
    Path("audit/targets.py"),
}
"""Modules whose foreign exceptions are about files and streams of this machine."""

MODULES = {
    path: tree
    for path, tree in TREES.items()
    if path not in LOCAL | {Path("redaction.py")} and path.parts[0] not in {"emulator", "testing"}
}


def names(node: ast.AST | None) -> set[str]:
    """Return the names in an annotation or in the types of a handler."""
    text = "" if node is None else ast.unparse(node)
    return {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}


def is_foreign_error(kinds: set[str]) -> bool:
    """Return whether a type is an exception of another package."""
    return bool({kind for kind in kinds if kind.endswith(("Error", "Exception"))} - OWN_ERRORS)


def unquoted(node: ast.AST, outside: frozenset[str]) -> Iterator[str]:
    """Yield the text from outside in an expression that is not quoted on its way."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in CHECKED | QUOTE:
        return
    if isinstance(node, ast.Attribute):
        text = ast.unparse(node)
        if node.attr in OUTSIDE or text in OUTSIDE:
            yield text
        elif not {node.attr, text} & HARMLESS:
            yield from unquoted(node.value, outside)
        return
    if isinstance(node, ast.Name) and node.id in outside:
        yield node.id
    children = (
        [node.body, node.orelse] if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node)
    )
    for child in children:
        yield from unquoted(child, outside)


def assigned(node: ast.AST, outside: frozenset[str]) -> set[str]:
    """Return the variables that a statement gives text from outside."""
    if not isinstance(node, ast.Assign) or not any(unquoted(node.value, outside)):
        return set()
    if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) not in TEXT:
        return set()
    return {each.id for each in node.targets if isinstance(each, ast.Name)}


def messages(node: ast.AST, outside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the unquoted text from outside in each message below a node.

    A message is an f-string, a text that is added to another or formatted, or an argument of one of
    our errors. Text from outside is known by its attribute, by a foreign exception that is caught
    or handed on, and by a variable that one of these was assigned to.
    """
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        foreign = {each.arg for each in arguments if is_foreign_error(names(each.annotation))}
        outside = outside - {each.arg for each in arguments} | foreign
    if isinstance(node, ast.ExceptHandler) and node.name and node.type:
        own = not names(node.type) - OWN_ERRORS
        outside = outside - {node.name} if own else outside | {node.name}
    if is_message(node):
        yield from unquoted(node, outside)
        return
    narrowed = NARROWED.fullmatch(ast.unparse(node.test)) if isinstance(node, ast.If) else None
    if narrowed and narrowed["kind"] in OWN_ERRORS:
        outside = outside - {narrowed["name"]}
    for child in ast.iter_child_nodes(node):
        outside |= assigned(child, outside)
        yield from messages(child, outside)


def is_message(node: ast.AST) -> bool:
    """Return whether an expression makes a message."""
    if isinstance(node, ast.Call):
        called = node.func
        is_format = isinstance(called, ast.Attribute) and called.attr == "format"
        return is_format or ast.unparse(called) in OWN_ERRORS
    is_text = isinstance(node, ast.BinOp) and any(
        isinstance(side, ast.Constant) and isinstance(side.value, str)
        for side in (node.left, node.right)
    )
    return is_text or isinstance(node, ast.JoinedStr)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_text_from_outside_is_quoted_by_redaction_alone(path: Path) -> None:
    """No message shows a body, a header, or a foreign exception that was not checked first."""
    assert not list(messages(MODULES[path]))


@pytest.mark.parametrize(
    "source",
    [
        'f"it said {response.body.decode()}"',
        'f"it said {reply.text!r}"',
        'f"it offers {session.esmtp_features}"',
        'f"it said {urllib.parse.quote(response.body)}"',
        '"it said {}".format(response.body)',
        '"it said " + response.headers["server"]',
        "StageFailed(error.strerror)",
        'try:\n    pass\nexcept OSError as why:\n    raise Refused(str(why), "again")',
        'try:\n    pass\nexcept OSError as why:\n    print(f"{why.args}")',
        'def describe(error: OSError):\n    return f"{error}"',
        'def describe(error: OSError):\n    why = str(error)\n    return f"{why}"',
        'def describe(error):\n    why = error.strerror\n    return f"{why}"',
    ],
    ids=ascii,
)
def test_a_breach_would_be_found(source: str) -> None:
    """The search knows the ways in which text from outside gets into a message."""
    assert list(messages(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        'f"{quote_body(response.body, secrets)} {len(response.body)}"',
        'try:\n    pass\nexcept OSError as why:\n    print(f"{type(why).__name__}")',
        'try:\n    pass\nexcept Refused as why:\n    print(f"{why.happened}")',
        "def again(why: OSError):\n    return StageFailed(quote_text(why.strerror, secrets))",
    ],
    ids=ascii,
)
def test_a_quote_is_not_a_breach(source: str) -> None:
    """Text that passes through `redaction`, our own errors, and types may be shown."""
    assert not list(messages(ast.parse(source)))
