"""Where the documents lead."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import DOCS, PAGES, anchors, headings, links, name

if TYPE_CHECKING:
    from pathlib import Path

INDEX = DOCS / "README.md"


def wrong(page: Path, link: str) -> bool:
    """Tell whether a link leads nowhere; what is outside the project is not asked."""
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme != "https"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not parts.fragment:
        return not target.exists()
    return target.suffix != ".md" or parts.fragment not in anchors(target)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and on it to a heading that is."""
    assert not [link for link in links(page) if wrong(page, link)]


def test_the_index_leads_to_every_page() -> None:
    """No page of docs/ is found by its name alone."""
    pages = {page.name for page in DOCS.glob("*.md")} - {INDEX.name}
    assert pages == {link for link in links(INDEX) if "/" not in link}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_one_title(page: Path) -> None:
    """Its first heading, and no heading comes twice, so that links to them stay."""
    assert len(set(headings(page))) == len(headings(page))
    assert page.read_text("utf-8").startswith("# ")
