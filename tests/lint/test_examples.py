"""Every rule both ways, by the examples that docs/lint.md shows."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.lint.engine import RULES, Finding, find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import USUAL, Rule
from pulumi_smtpconfig.settings.models import SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse

ON_EACH = [(rule, key) for rule in RULES for key in rule.on]
EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
REFERENCE = "env:SMTP_PASSWORD"


def found(settings: dict[str, object]) -> list[Finding]:
    """Return what all rules find."""
    return [*find_errors(settings), *find_warnings(settings)]


@EVERY_RULE
def test_what_breaks_a_rule_is_found_by_it_alone(rule: Rule) -> None:
    """An example shows one mistake, and one finding tells it."""
    assert [finding.code for finding in found(USUAL | rule.wrong)] == [rule.code]


@EVERY_RULE
def test_what_was_put_right_is_not_found(rule: Rule) -> None:
    """Doing what a finding says to do ends it, and brings no other."""
    assert not found(USUAL | rule.right)


@EVERY_RULE
def test_examples_are_settings_that_a_program_can_give(rule: Rule) -> None:
    """Nothing in them is refused before rules have their say, so each rule is needed."""
    for example in (rule.wrong, rule.right):
        assert not parse(SmtpSettings, USUAL | example)[1]


@pytest.mark.parametrize(("rule", "key"), ON_EACH, ids=lambda each: getattr(each, "code", each))
def test_a_rule_holds_on_each_of_its_properties(rule: Rule, key: str) -> None:
    """What is wrong with one display name or text is wrong with each."""
    settings = USUAL | rule.wrong
    values = {value for k, value in settings.items() if k in rule.on and value != USUAL.get(k)}
    moved = settings | {key: next(iter(values), settings.get(key, ""))}
    assert (rule.code, key) in [each[:2] for each in found(moved)]


def test_the_usual_settings_are_fine() -> None:
    """Examples start from settings that no rule complains of."""
    assert not found(USUAL)


@pytest.mark.parametrize("key", ["password", "passwordFrom"])
def test_a_referenced_password_is_a_password(key: str) -> None:
    """A user needs one of the two, and either one needs a user."""
    assert not found(USUAL | {"user": "acme", key: REFERENCE})
    assert [each[:2] for each in found(USUAL | {key: REFERENCE})] == [("E202", "user")]
