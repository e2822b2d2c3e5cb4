"""Format the text of a fleet's file; keep its comments, order and quotation marks.

ruamel.yaml formats the values. It leaves comments where they were, so those are moved afterwards:
a comment of its own line to the column of what follows, one at a line's end two spaces after it.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.resolver import VersionedResolver
from yaml import ScalarToken

from pulumi_smtpconfig.fleet.document import NULL, NULLS, parse_text
from pulumi_smtpconfig.fleet.problems import Problem, file_error

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN_NULL = re.compile(rf"({'|'.join(map(re.escape, NULLS))})\Z")
OTHER_BREAKS = {"\r", "\x85", "\u2028", "\u2029"}
"""What YAML 1.1 takes for a line break besides a line feed."""

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
COMMENT = re.compile(r"(?:[|>][-+1-9]*)?[ \t]*(#.*)", re.DOTALL)
"""What may follow the last token of a line, or begin a text over several lines."""

UNLIMITED = 1_000_000
"""Columns of a line, so that no text is wrapped."""


class _Resolver(VersionedResolver):
    """Knows nulls alone, so that every other value stays the text that it is."""

    @property
    def versioned_resolver(self) -> Any:
        """The tag and pattern of plain texts by their first character."""
        return {null[:1]: [(NULL, PLAIN_NULL)] for null in NULLS}


class _Representer(RoundTripRepresenter):
    """Writes nulls as such."""


_Representer.add_representer(type(None), lambda self, _: self.represent_scalar(NULL, "null"))


def format_text(name: str, text: str) -> str:
    """Return the formatted text of a file; formatted text is returned as it is.

    Raises:
        FleetError: It is not YAML, has anchors, tags or duplicate keys, or ruamel.yaml would change
            what it says or lose a comment, as it does within `{}` and `[]` over several lines.
    """
    before = parse_text(name, text)
    if before.problems:
        raise file_error(*before.problems)
    if before.values is None:
        return text
    try:
        formatted = _arranged(_formatted(text))
        same = parse_text(name, formatted).values == before.values
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, AssertionError):
        same = False
    if not same:
        raise file_error(Problem(name, 1, "cannot be formatted without changing what it says"))
    kept = Counter(comment for _, comment in _comments(formatted))
    for line, comment in _comments(text):
        kept[comment] -= 1
        if kept[comment] < 0:
            raise file_error(Problem(name, line, "cannot be formatted without losing this comment"))
    return formatted


def _formatted(text: str) -> str:
    ruamel: Any = YAML()
    ruamel.Resolver, ruamel.Representer = _Resolver, _Representer
    ruamel.preserve_quotes, ruamel.width, ruamel.allow_unicode = True, UNLIMITED, True
    ruamel.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    ruamel.dump(ruamel.load(text), written)
    return written.getvalue()


def _arranged(text: str) -> str:
    """Move the comments of a text that ruamel.yaml has formatted, and leave single empty lines."""
    if OTHER_BREAKS & {*text}:  # libyaml would count more lines
        return text
    lines = text.split("\n")
    ends, texts = _tokens(text)
    indent, kept = 0, ""
    arranged: list[str] = []
    for number in range(len(lines) - 1, -1, -1):
        line, end = lines[number], ends.get(number)
        if end is not None:
            indent = len(line) - len(line.lstrip())
        if number not in texts:
            line = f"{' ' * indent}{line.strip()}" if end is None else _with_comment(line, end)
        if number in texts or line.strip() or kept.strip():
            arranged.append(line.rstrip() if number not in texts else line)
            kept = line
    return "\n".join(reversed(arranged)).strip("\n") + "\n"


def _with_comment(line: str, end: int) -> str:
    comment = line[end:].strip()
    return f"{line[:end]}  {comment}" if comment else line[:end]


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that ends with a comment, and the comment."""
    ends, texts = _tokens(text)
    for number, line in enumerate(BREAK.split(text)):
        rest = line[ends.get(number, len(line) if number in texts else 0) :]
        if comment := COMMENT.fullmatch(rest):
            yield number + 1, comment[1].strip()


def _tokens(text: str) -> tuple[dict[int, int], set[int]]:
    """Return the column where each line's last token ends, and the lines of texts over several."""
    ends: dict[int, int] = {}
    texts: set[int] = set()
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        start, end = token.start_mark, token.end_mark
        if isinstance(token, ScalarToken) and start.line != end.line:
            texts |= {*range(start.line, end.line + bool(end.column))}
            ends |= {start.line: start.column} | ({end.line: end.column} if end.column else {})
        elif start.index != end.index:
            ends[end.line] = end.column
    return ends, texts
