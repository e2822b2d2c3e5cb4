"""Read a YAML file as strings, lists and mappings, with the line of each.

Every scalar stays a string, so `tenantId: 0123` keeps its zero and `no` can be a tenant in Norway.
The model converts strings to numbers and booleans.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    YAMLError,
)

from pulumi_smtpconfig.files import read_file

from .problems import Problem, file_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
NULL = "tag:yaml.org,2002:null"
NULLS = {"", "~", "null", "Null", "NULL"}
"""The plain text of null (YAML 1.2, section 10.3.2)."""

TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says of more than 1,000 levels."""

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
    reader = _Reader(_text(path))
    try:
        values = reader.document()
    except (YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise file_error(path.name, _yaml_problem(error)) from None
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
    if error.problem == TOO_DEEP:
        return Problem(error.problem_mark.line + 1, "is nested too deeply")
    # libyaml's words are fixed, so they quote no password that somebody put in the file.
    return Problem(error.problem_mark.line + 1, f"is not valid YAML: {error.problem}")


class _Reader:
    """Reads the events of libyaml, because a tree of nodes takes ten times as long."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._anchors: set[str] = set()
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> Any:
        """Return the values of the only document, or None if the file is empty."""
        _stream, start = next(self._events), next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent):
            return None
        values = self._value(next(self._events), ())
        _end, more = next(self._events), next(self._events)
        if isinstance(more, yaml.DocumentStartEvent):
            raise _invalid(more, "but found another document")
        return values

    def _value(self, event: Any, place: Place) -> Any:
        self.lines.setdefault(place, _line(event))
        if isinstance(event, AliasEvent):  # never followed, so there are no loops and no bombs
            if event.anchor not in self._anchors:
                raise _invalid(event, "found undefined alias '...'")
            return None
        if event.anchor:
            self._anchors.add(event.anchor)
            self._refuse(event, "anchors are not allowed; use the defaults instead")
        if isinstance(event, MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, SequenceStartEvent):
            return self._list(place)
        is_null = event.implicit[0] and event.value in NULLS
        return None if is_null or event.tag == NULL else event.value

    def _list(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*place, str(len(values)))))
        return values

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent) or key.anchor:
                self._refuse(key, "keys must be text")
                self._skip(key)
                self._skip(next(self._events))
                continue
            here = (*place, str(key.value))
            if here in self.lines:
                first = self.lines[here]
                self._refuse(key, f"repeats the key in line {first}; keep one of the two")
                self._skip(next(self._events))
            else:
                self.lines[here] = _line(key)
                values[here[-1]] = self._value(next(self._events), here)
        return values

    def _skip(self, event: Any) -> None:
        depth = int(isinstance(event, CollectionStartEvent))
        while depth:
            event = next(self._events)
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)

    def _refuse(self, event: Any, why: str) -> None:
        self.problems.append(Problem(_line(event), why))


def _invalid(event: Any, why: str) -> MarkedYAMLError:
    return MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
