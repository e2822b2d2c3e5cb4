"""What is wrong with settings taken together, said on one property each.

A rule waits until each value that it reads is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.problems import UNKNOWN, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Rule(NamedTuple):
    """A rule on some settings, which it reads by key; `broken` gets their values in that order."""

    property: str
    reads: tuple[str, ...]
    broken: Callable[..., bool]
    reason: str


RULES = (
    Rule(
        "starttls",
        ("ssl", "starttls"),
        lambda ssl, starttls: ssl and starttls,
        "cannot be on together with ssl: TLS from the first byte leaves nothing to start",
    ),
    Rule(
        "password",
        ("user", "password"),
        lambda user, password: bool(user) and not password,
        "is missing, though a user is given",
    ),
    Rule(
        "user",
        ("user", "password"),
        lambda user, password: bool(password) and not user,
        "is missing, though a password is given",
    ),
)


def findings(settings: Mapping[str, object]) -> Iterator[Problem]:
    """Yield a problem for each rule that settings break, given as the state keeps them."""
    for rule in RULES:
        values: list[Any] = [settings.get(key, "") for key in rule.reads]
        if UNKNOWN not in values and rule.broken(*values):
            yield Problem(rule.property, rule.reason)
