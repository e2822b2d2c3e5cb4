"""What a rule on settings is: one row of the table that `lint` reads and docs/lint.md shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Settings = dict[str, object]
"""Some settings by the keys of the state."""


class Rule(NamedTuple):
    """A rule on each of some properties, which may depend on others too.

    Attributes:
        code: "E" for what is never right or "W" for what is likely wrong, and a number. It stays
            the same for ever, because programs silence warnings by it.
        title: What it finds, as a heading.
        on: The properties that it stands on, each judged for itself.
        reads: The other settings that it needs to know.
        broken: Tells from the property's value, and then those of `reads`, what is wrong.
        why: What is wrong, as a sentence on the property and without a value.
        remedy: What to do.
        source: Where that is written, as a link.
        wrong: Settings that break it and no other rule, beside the usual ones.
        right: The same settings, put right.
        words: Fills the braces in `why` and `remedy` from the values that `broken` gets; from
            tables alone, as any value may be secret.
    """

    code: str
    title: str
    on: tuple[str, ...]
    reads: tuple[str, ...]
    broken: Callable[..., bool]
    why: str
    remedy: str
    source: str
    wrong: Settings
    right: Settings
    words: Callable[..., Mapping[str, str]] | None = None


USUAL: Settings = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": 587,
    "starttls": True,
    "ssl": False,
}
"""What the examples of all rules have, where they say nothing else; no rule complains of it."""


def rfc(number: int, section: str) -> str:
    """Return a link to a section of a standard."""
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return f"[RFC {number}, section {section}]({url})"
