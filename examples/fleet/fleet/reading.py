"""Read a YAML file as strings, lists and mappings, with the line of each.

Every scalar stays a string, so `tenantId: 0123` keeps its zero and `no` can be a tenant in Norway.
The model converts strings to numbers and booleans.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML, MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .problems import Problem, located

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml import Node

NULL = "tag:yaml.org,2002:null"
QUOTED = re.compile(r"(['\"]).*\1")

Place = tuple[str, ...]


class Document(NamedTuple):
    """The values of a file, the line of each place in it, and the problems found so far."""

    values: Any
    lines: dict[Place, int]
    problems: list[Problem]

    def line(self, place: Place) -> int:
        """Return the line of a place, or of its nearest known parent."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def parse(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        FleetError: The file cannot be read or is not YAML.
    """
    try:
        node = YAML(typ="safe", pure=True).compose(_text(path))
    except (YAMLError, RecursionError, ValueError, OverflowError) as error:
        problem = _problem(error)
    else:
        reader = _Reader()
        values = reader.value(node, ()) if node else None
        return Document(values, reader.lines, reader.problems)
    raise located(path.name, [problem])


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        problem = Problem(1, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        problem = Problem(content.count(b"\n", 0, error.start) + 1, "is no text in UTF-8")
    else:
        tabs = re.search(r"^ *\t", text, re.MULTILINE)
        if tabs is None:
            return text
        line = text.count("\n", 0, tabs.start()) + 1
        problem = Problem(line, "begins with a tab; YAML is indented with spaces")
    raise located(path.name, [problem])


def _problem(error: Exception) -> Problem:
    if isinstance(error, RecursionError):
        return Problem(1, "is nested too deeply")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(1, "holds a character that YAML does not allow")
    # The quoted text may be part of a password that somebody put in the file.
    what = QUOTED.sub("something", str(error.problem))
    return Problem(error.problem_mark.line + 1, f"is no YAML: {what}")


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node.anchor:  # without anchors there are no aliases, so no loops and no bombs
            self._refuse(node, "an anchor is not allowed here; use the defaults instead")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            return [self.value(each, (*place, str(i))) for i, each in enumerate(node.value)]
        return None if node.tag == NULL else node.value

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.anchor:
                self._refuse(key, "a key must be text")
                continue
            here = (*place, str(key.value))
            if here in self.lines:
                line = self.lines[here]
                self._refuse(key, f"the key of line {line} stands here again; keep one of the two")
            else:
                self.lines[here] = key.start_mark.line + 1
                values[here[-1]] = self.value(value, here)
        return values

    def _refuse(self, node: Node, why: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, why))
