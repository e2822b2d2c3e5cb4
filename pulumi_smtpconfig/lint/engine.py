"""What is never right and what is likely wrong in settings, by rules with stable codes.

A rule waits until each value that it reads is known. docs/lint.md shows the table.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.lint.rules import CONNECTION, HOST, LOGIN, TEXT, Rule
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ERROR = "E"
RULES = tuple(sorted([*CONNECTION, *LOGIN, *HOST, *TEXT]))
WARNING_CODES = frozenset(rule.code for rule in RULES if not rule.code.startswith(ERROR))

Check = tuple[Rule, tuple[str, ...]]
"""A rule, and the keys that it reads: the property that it stands on, then the others."""

CHECKS = [(rule, (key, *rule.reads)) for rule in RULES for key in rule.on]
ERRORS = [check for check in CHECKS if check[0].code not in WARNING_CODES]
WARNINGS = [check for check in CHECKS if check[0].code in WARNING_CODES]
KEYS = sorted({key for _, keys in CHECKS for key in keys})
KINDS: dict[str, tuple[type, ...]] = {"port": (int, float), "ssl": (bool,), "starttls": (bool,)}
TEXT_KIND = (str,)


class Finding(NamedTuple):
    """One thing that a rule found on one property, said without its value, which may be secret.

    `why` is said of the property, and `remedy` what to do; neither ends in a full stop.
    """

    code: str
    property: str
    why: str
    remedy: str

    @builtins.property
    def is_error(self) -> bool:
        """Whether it is never right, and cannot be silenced."""
        return self.code.startswith(ERROR)

    @builtins.property
    def reason(self) -> str:
        """All that there is to say beside the property's name."""
        return f"{self.why}; {self.remedy} [{self.code}]"

    def __str__(self) -> str:
        return f"{self.property}: {self.reason}"


def find_errors(settings: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what is never right in settings, given as the state keeps them; absent is empty.

    Without `port`, `ssl` or `starttls`, which a state always has, the rules on them wait.
    """
    return _findings(ERRORS, settings)


def find_warnings(settings: Mapping[str, object]) -> Iterator[Finding]:
    """Yield what is likely wrong in settings, given as for `find_errors`."""
    return _findings(WARNINGS, settings)


def _findings(checks: list[Check], settings: Mapping[str, object]) -> Iterator[Finding]:
    known = {key: _known(key, settings.get(key)) for key in KEYS}
    unknown = {key for key, value in known.items() if value is UNKNOWN}
    for rule, keys in checks:
        if unknown.isdisjoint(keys) and rule.broken(*map(known.get, keys)):
            words = rule.words(*map(known.get, keys)) if rule.words else {}
            why, remedy = rule.why.format(**words), rule.remedy.format(**words)
            yield Finding(rule.code, keys[0], why, remedy)


def _known(key: str, value: object) -> object:
    """Return a value that rules can read, and `UNKNOWN` for one of another type."""
    kinds = KINDS.get(key, TEXT_KIND)
    if value is None and kinds is TEXT_KIND:
        return ""
    return value if isinstance(value, kinds) else UNKNOWN
