"""Read a YAML file as strings, lists and mappings, with the line of each.

Every scalar stays a string, so `tenantId: 0123` keeps its zero and `no` can be a tenant in Norway.
The model converts strings to numbers and booleans.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML, MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pulumi_smtpconfig.files import read_file

from .problems import Problem, file_error

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml import Node

MAX_BYTES = 64 * 1024 * 1024
NULL = "tag:yaml.org,2002:null"
QUOTED = re.compile(r"(['\"]).*\1")

Place = tuple[str, ...]
"""The keys that lead to a value, such as `("tenants", "acme", "port")`."""


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

    def problem(self, place: Place, what: str) -> Problem:
        """Return what is wrong with a place as a problem that names it."""
        return Problem(self.line(place), ": ".join(filter(None, (describe(place), what))))


def describe(place: Place) -> str:
    """Return a place as messages name it: `tenant "acme": port`."""
    keys = [key if key.isascii() and key.isprintable() else json.dumps(key) for key in place]
    if place[:1] == ("tenants",) and place[1:]:
        tenant = f"tenant {json.dumps(place[1])}"
        return ": ".join(filter(None, (tenant, ".".join(keys[2:]))))
    return ": ".join(key for key in keys if not key.isdigit())


def parse(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        FleetError: The file cannot be read or is not valid YAML.
    """
    try:
        node = YAML(typ="safe", pure=True).compose(_text(path))
    except (YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise file_error(path.name, _yaml_problem(error)) from None
    reader = _Reader()
    values = reader.value(node, ()) if node else None
    return Document(values, reader.lines, reader.problems)


def _text(path: Path) -> str:
    try:
        content = read_file(path, MAX_BYTES)
        text = content.decode("utf-8-sig")
    except OSError as error:
        problem = Problem(1, f"cannot be read: {error.strerror}")
        raise file_error(path.name, problem) from None
    except UnicodeDecodeError as error:
        problem = Problem(content.count(b"\n", 0, error.start) + 1, "is not UTF-8 text")
        raise file_error(path.name, problem) from None
    if tab := re.search(r"^ *\t", text, re.MULTILINE):
        line = text.count("\n", 0, tab.start()) + 1
        raise file_error(path.name, Problem(line, "starts with a tab; indent YAML with spaces"))
    return text


def _yaml_problem(error: Exception) -> Problem:
    if isinstance(error, RecursionError):
        return Problem(1, "is nested too deeply")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(1, "contains a character that YAML does not allow")
    # The quoted text may be part of a password that somebody put in the file.
    what = QUOTED.sub("'...'", str(error.problem))
    return Problem(error.problem_mark.line + 1, f"is not valid YAML: {what}")


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node.anchor:  # without anchors there are no aliases, so no loops and no bombs
            self._refuse(node, "anchors are not allowed; use the defaults instead")
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
                self._refuse(key, "keys must be text")
                continue
            here = (*place, str(key.value))
            if here in self.lines:
                self._refuse(
                    key, f"repeats the key in line {self.lines[here]}; keep one of the two"
                )
            else:
                self.lines[here] = key.start_mark.line + 1
                values[here[-1]] = self.value(value, here)
        return values

    def _refuse(self, node: Node, why: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, why))
