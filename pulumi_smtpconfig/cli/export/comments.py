"""The comments of an exported file, which contain text from outside."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pulumi_smtpconfig.cli.output import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 96
"""Columns of a comment before its indent; a longer word stays whole."""


def one_line(text: str) -> str:
    """Return a text that cannot end the line that it is on, or hide or reorder it."""
    return printable(text.replace("\n", "\r"))


def quoted(tenant_ids: Iterable[str]) -> str:
    """Return tenants as a comment or a message lists them."""
    return ", ".join(f'"{one_line(tenant_id)}"' for tenant_id in tenant_ids)


def comment(texts: Iterable[str], indent: str = "") -> list[str]:
    """Return texts as lines of comment in Python or YAML; an empty one separates two others."""
    lines = [
        line
        for text in texts
        for line in textwrap.wrap(
            one_line(text),
            WIDTH - len(indent),
            subsequent_indent=" " * (len(text) - len(text.lstrip())),
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    ]
    return [f"{indent}# {line}".rstrip() for line in lines]
