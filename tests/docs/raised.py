"""What the package raises and tells, read from its source: sentences with gaps for what varies."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from pulumi_smtpconfig import errors
from tests.source import TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]
ERRORS = {kind.__name__ for kind in KINDS if issubclass(kind, Exception)}
OTHERS = {"StageFailed", "ProtocolError", "ListenError", "ImportError", "RunError", "refuse"}
RAISED = ERRORS | OTHERS
TOLD = {"_tell", "tell", "_warn", "warn"}
IN_SECOND_PLACE = {"Problem", "PydanticCustomError"}
GAP = "…"


class Sentence(NamedTuple):
    """A literal sentence of the source, a gap where a value is put in."""

    place: str
    text: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What matches the sentence, whatever stands in its gaps."""
        return as_pattern(self.text)


@cache
def as_pattern(text: str) -> re.Pattern[str]:
    """Return what matches a sentence, whatever stands in its gaps."""
    return re.compile(".*".join(map(re.escape, text.split(GAP))), re.DOTALL)


def sentences() -> Iterator[Sentence]:
    """Yield each sentence that an error, a problem or a warning is made with."""
    for path, tree in TREES.items():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and (spoken := _spoken(call)):
                yield Sentence(f"{path}:{call.lineno}", spoken)


def literals() -> Iterator[str]:
    """Yield each text of the source, whatever it is for."""
    for tree in TREES.values():
        yield from filter(None, ("".join(_text(node)) for node in ast.walk(tree) if _is_text(node)))


def _is_text(node: ast.AST) -> TypeGuard[ast.expr]:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _spoken(call: ast.Call) -> str:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    place = 0 if called in RAISED | TOLD else 1 if called in IN_SECOND_PLACE else len(call.args)
    text = "".join(_text(call.args[place])) if place < len(call.args) else ""
    return text if text.strip(f"{GAP} ;.") and not text.startswith("{") else ""


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield GAP if isinstance(value, ast.FormattedValue) else "".join(_text(value))
