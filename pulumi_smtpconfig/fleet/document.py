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
from yaml.reader import ReaderError

from pulumi_smtpconfig.files import read_file
from pulumi_smtpconfig.fleet.problems import Problem, Unreadable, file_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
NULL = "tag:yaml.org,2002:null"
NULLS = {"", "~", "null", "Null", "NULL"}
"""The plain text of null (YAML 1.2, section 10.3.2)."""

TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says of more than 1,000 levels."""

TAGS = {f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "map", "seq", "str")}
"""The tags that say what a value is anyway; null's says that there is none."""

Found = tuple[int, str]
"""A line, and what is wrong with it."""

Place = tuple[str, ...]
"""The keys that lead to a value, such as `("tenants", "acme", "port")`."""


class Document(NamedTuple):
    """The values of a file, the line of each place in it, and the problems found so far.

    Attributes:
        name: The file's name.
        values: Texts, lists and mappings.
        lines: The line of each place.
        problems: What is wrong already.
        defaults_name: The name of the file that has the defaults, if it is another one.
    """

    name: str
    values: Any
    lines: dict[Place, int]
    problems: list[Problem]
    defaults_name: str = ""

    def mapping(self, *place: str) -> dict[str, Any]:
        """Return the mapping at a place; empty if there is none."""
        values = self.values
        for key in place:
            values = values.get(key) if isinstance(values, dict) else None
        return values if isinstance(values, dict) else {}

    def with_defaults(self, other: Document) -> Document:
        """Return the same with the defaults of another file, which is nothing but them."""
        problems = [*self.problems, *other.problems]
        if "defaults" in self.mapping():
            problems.append(self.problem(("defaults",), f"are in {other.name}; remove them here"))
        lines = {place: line for place, line in self.lines.items() if place[:1] != ("defaults",)}
        lines |= {("defaults", *place): line for place, line in other.lines.items()}
        values = self.mapping() | {"defaults": {} if other.values is None else other.values}
        return Document(self.name, values, lines, problems, other.name)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of its nearest known parent."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def file(self, place: Place) -> str:
        """Return the name of the file that has a place."""
        return (
            self.defaults_name if self.defaults_name and place[:1] == ("defaults",) else self.name
        )

    def problem(self, place: Place, what: str) -> Problem:
        """Return what is wrong with a place as a problem that names it."""
        told = ": ".join(filter(None, (describe(place), what)))
        tenant = place[1] if place[:1] == ("tenants",) and place[1:] else ""
        depth = 2 if tenant else 1
        key = place[depth] if place[:1] in {("tenants",), ("defaults",)} and place[depth:] else ""
        return Problem(self.file(place), self.line(place), told, tenant, key)


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
    return parse_text(path.name, read_text(path))


def parse_text(name: str, text: str) -> Document:
    """Read the text of a file with this name.

    Raises:
        FleetError: It is not valid YAML.
    """
    reader = _Reader(text)
    try:
        values = reader.document()
    except (YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise file_error(Problem(name, *_yaml_problem(error, text))) from None
    problems = [Problem(name, line, why) for line, why in reader.problems]
    return Document(name, values, reader.lines, problems)


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        FleetError: It cannot be read, or is not text that YAML allows.
    """
    try:
        content = read_file(path, MAX_BYTES)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(path.name, str(error.strerror)) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise file_error(Problem(path.name, line, "is not UTF-8 text")) from None
    if tab := re.search(r"^ *\t", text, re.MULTILINE):
        line = text.count("\n", 0, tab.start()) + 1
        why = "starts with a tab; indent YAML with spaces"
        raise file_error(Problem(path.name, line, why))
    return text


def _yaml_problem(error: Exception, text: str) -> Found:
    if isinstance(error, RecursionError):
        return 1, "is nested too deeply"
    if isinstance(error, ReaderError):
        before = text.encode()[: error.position]  # libyaml counts octets
        return before.count(b"\n") + 1, "contains a character that YAML does not allow"
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return 1, "contains a character that YAML does not allow"
    if error.problem == TOO_DEEP:
        return error.problem_mark.line + 1, "is nested too deeply"
    # libyaml's words are fixed, so they quote no password that somebody put in the file.
    return error.problem_mark.line + 1, f"is not valid YAML: {error.problem}"


class _Reader:
    """Reads the events of libyaml, because a tree of nodes takes ten times as long."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self.problems: list[Found] = []
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
        if event.tag not in (None, "!", NULL, *TAGS):
            self._refuse(event, "tags are not allowed; write the value itself")
        if isinstance(event, MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, SequenceStartEvent):
            return self._list(place)
        is_null = event.implicit[0] and event.value in NULLS
        # An empty text leaves a setting out, as null does.
        return None if is_null or event.tag == NULL else event.value or None

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
        self.problems.append((_line(event), why))


def _invalid(event: Any, why: str) -> MarkedYAMLError:
    return MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
