"""The documents as a reader of Markdown sees them: headings, links, tables and blocks of code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

CHECKOUT = Path(__file__).parents[2]
DOCS = CHECKOUT / "docs"
PAGES = sorted([*CHECKOUT.glob("*.md"), *DOCS.glob("*.md"), *CHECKOUT.glob("examples/*/*.md")])
READER = MarkdownIt("commonmark").enable("table")
NO_SLUG = re.compile(r"[^\w\- ]")


class Block(NamedTuple):
    """A block of code, and where it begins."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def name(page: Path) -> str:
    """Return a page's path in the checkout."""
    return str(page.relative_to(CHECKOUT))


@cache
def tokens(page: Path) -> list[Token]:
    """Return what a page consists of."""
    return READER.parse(page.read_text("utf-8"))


def text(inline: Token) -> str:
    """Return the text of a heading, a cell or a paragraph as it is shown."""
    return "".join(child.content for child in inline.children or [])


def headings(page: Path) -> list[str]:
    """Return the texts of all headings of a page."""
    return [text(after) for each, after in _pairs(page) if each.type == "heading_open"]


def anchors(page: Path) -> list[str]:
    """Return what links may name on a page, as GitHub makes it of headings."""
    slugs: list[str] = []
    for heading in headings(page):
        slug = NO_SLUG.sub("", heading.lower()).replace(" ", "-")
        again = sum(slug == other.rpartition("-")[0] or slug == other for other in slugs)
        slugs.append(f"{slug}-{again}" if slug in slugs else slug)
    return slugs


def links(page: Path) -> list[str]:
    """Return where a page leads."""
    inside = [child for each in tokens(page) for child in each.children or []]
    return [str(each.attrs["href"]) for each in inside if each.type == "link_open"]


def rows(page: Path) -> Iterator[list[str]]:
    """Yield the cells of each row of each table, its head too."""
    row: list[str] = []
    for each, after in _pairs(page):
        if each.type == "tr_open":
            row = []
        if each.type in {"th_open", "td_open"}:
            row.append(text(after))
        if each.type == "tr_close":
            yield row


def blocks(*languages: str) -> list[Block]:
    """Return the blocks of code in these languages on all pages."""
    found = [(page, each) for page in PAGES for each in tokens(page) if each.type == "fence"]
    return [
        Block(page, (each.map or [0])[0] + 1, each.info, each.content)
        for page, each in found
        if each.info in languages
    ]


def section(block: Block) -> str:
    """Return the heading of the second level that a block stands below."""
    found = ""
    for each, after in _pairs(block.page):
        if each.type == "heading_open" and each.tag == "h2" and (each.map or [0])[0] < block.line:
            found = text(after)
    return found


def _pairs(page: Path) -> Iterator[tuple[Token, Token]]:
    every = tokens(page)
    return zip(every, [*every[1:], every[-1]], strict=True)
