"""Check settings against the lint rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint.rules import RULES, Rule
from pulumi_smtpconfig.problems import UNKNOWN, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Check = tuple[Rule, tuple[str, ...]]
"""A rule, and the keys of the values that it reads, starting with the checked property."""

WARNING_CODES = frozenset(rule.code for rule in RULES if rule.code.startswith("W"))
SILENCEABLE = WARNING_CODES | {rule.code for rule in RULES if rule.is_accepted}
"""The codes that a program may silence."""

CHECKS: list[Check] = [(rule, (key, *rule.reads)) for rule in RULES for key in rule.on]
ERRORS = [check for check in CHECKS if check[0].code not in WARNING_CODES]
WARNINGS = [check for check in CHECKS if check[0].code in WARNING_CODES]
KEYS = sorted({key for _, keys in CHECKS for key in keys})

TEXT = (str,)
OPTIONAL = (bool, type(None))
TYPES: dict[str, tuple[type, ...]] = {
    "port": (int, float),
    "ssl": (bool,),
    "starttls": (bool,),
    "allowUtf8": OPTIONAL,
    "debug": OPTIONAL,
}
"""The types of properties that are not text."""


def parse_codes(lint_ignore: object) -> tuple[set[str], list[Problem]]:
    """Return the lint codes that a resource ignores, and what is wrong with them."""
    given = () if lint_ignore is None else lint_ignore
    if not isinstance(given, (list, tuple, set, frozenset)) or not all(
        isinstance(code, str) for code in given
    ):
        return set(), [Problem("lintIgnore", 'must be a list of codes, as in ["W102"]')]
    codes = set(given)
    if unknown := sorted(codes - SILENCEABLE):
        why = f"contains a code that cannot be silenced: {', '.join(unknown)}"
        these = ", ".join(sorted(SILENCEABLE))
        return codes, [Problem("lintIgnore", f"{why}; these can: {these}")]
    return codes, []


def find_errors(settings: Mapping[str, object], ignored: Collection[str] = ()) -> Iterator[Problem]:
    """Yield what can never work in settings in their stored form; absent text is empty.

    A rule is skipped while a value that it reads is unknown. Absent `port`, `ssl` and `starttls`
    count as unknown.

    Args:
        settings: The settings.
        ignored: Codes to silence; one that is not in `SILENCEABLE` has no effect.
    """
    return _find(ERRORS, settings, SILENCEABLE & set(ignored))


def find_warnings(
    settings: Mapping[str, object], ignored: Collection[str] = ()
) -> Iterator[Problem]:
    """Yield likely mistakes in settings, which are read as in `find_errors`."""
    return _find(WARNINGS, settings, ignored)


def _find(
    checks: list[Check], settings: Mapping[str, object], ignored: Collection[str]
) -> Iterator[Problem]:
    values = {key: _known(key, settings.get(key)) for key in KEYS}
    for rule, keys in checks:
        read = [values[key] for key in keys]
        if rule.code not in ignored and UNKNOWN not in read and rule.matches(*read):
            fields = rule.fields(*read)
            why, remedy = rule.why.format(**fields), rule.remedy.format(**fields)
            yield Problem(keys[0], why, remedy, rule.code)


def _known(key: str, value: object) -> object:
    types = TYPES.get(key, TEXT)
    if value is None and types is TEXT:
        return ""
    return value if isinstance(value, types) else UNKNOWN
