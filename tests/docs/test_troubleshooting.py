"""The page of errors is complete, and has none that the package does not raise."""

from __future__ import annotations

import re

from tests.contract.errors.expectations import stored
from tests.docs.pages import DOCS, headings, rows
from tests.docs.raised import GAP, as_pattern, literals, sentences

PAGE = DOCS / "troubleshooting.md"
HEADINGS = headings(PAGE)
ENTRIES = [*HEADINGS, *(row[0] for row in rows(PAGE))]
"""What a reader can look up: headings, and the first cells of tables."""

DOCUMENT = re.compile(r"\b[\w-]+\.md\b|\bREADME\b")
PULUMIS = "What Pulumi itself says"
HAPPENED = {name: message.splitlines()[1].strip() for name, message in stored().items()}
"""The line of each stored message that says what happened."""


def begins(message: str, heading: str) -> bool:
    """Tell whether a heading is how a message begins; what was tried may stand before its end."""
    return bool(as_pattern(heading.removesuffix(".")).match(message))


def test_what_the_package_raises_and_tells_is_there() -> None:
    """Each sentence of an error, a problem or a warning can be looked up by its first words."""
    missing = [
        sentence
        for sentence in sentences()
        if not any(sentence.pattern.fullmatch(entry) for entry in ENTRIES)
        and not any(as_pattern(entry).fullmatch(sentence.text) for entry in ENTRIES)
    ]
    assert not missing


def test_every_stored_message_is_there() -> None:
    """The messages that tests compare word for word have an entry each."""
    assert not [
        name
        for name, message in HAPPENED.items()
        if not any(begins(message, heading) for heading in HEADINGS)
    ]


def test_no_entry_is_of_old() -> None:
    """A heading that nothing in the package says any more is removed."""
    own = HEADINGS[: HEADINGS.index(PULUMIS)]
    entries = [heading for heading in own if GAP in heading or heading.endswith(".")]
    said = [as_pattern(text) for text in set(literals())]
    old = [
        entry
        for entry in entries
        if not any(begins(message, entry) for message in HAPPENED.values())
        and not any(pattern.fullmatch(entry) for pattern in said)
    ]
    assert len(entries) > 50
    assert not old


def test_no_message_names_a_document() -> None:
    """Whoever has the wheel has no documents, so a message says all that is needed itself."""
    assert not [text for text in literals() if DOCUMENT.search(text)]
