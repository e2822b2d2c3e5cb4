"""In a preview some values are not known yet; rules wait for what they read, and for no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.engine import CHECKS, KEYS, RULES, Finding, find_errors, find_warnings
from pulumi_smtpconfig.lint.rules import USUAL
from pulumi_smtpconfig.problems import UNKNOWN

EXAMPLES = [USUAL | example for rule in RULES for example in (rule.wrong, rule.right)]
POOL = {key: sorted({each.get(key, "") for each in EXAMPLES}, key=repr) for key in KEYS}
SETTINGS = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in POOL.items()})
READS = {(rule.code, keys[0]): set(keys) for rule, keys in CHECKS}
NOT_THEIR_TYPE: list[object] = [None, 5, "true", ["a"], {}, 5.5, b"a"]


def found(settings: dict[str, object]) -> set[Finding]:
    """Return what all rules find."""
    return {*find_errors(settings), *find_warnings(settings)}


@given(settings=SETTINGS, unknown=st.sets(st.sampled_from(KEYS)))
def test_a_rule_waits_for_the_values_that_it_reads_and_for_no_other(
    settings: dict[str, object], unknown: set[str]
) -> None:
    """With some values not known, exactly the findings that rest on none of them are told."""
    expected = {each for each in found(settings) if not READS[each[:2]] & unknown}
    assert found(settings | dict.fromkeys(unknown, UNKNOWN)) == expected


def test_while_nothing_is_known_nothing_is_found() -> None:
    """A preview of settings that all come from elsewhere is quiet."""
    assert not found(dict.fromkeys(KEYS, UNKNOWN))


@pytest.mark.parametrize("absent", [{}, dict.fromkeys(KEYS), dict.fromkeys(KEYS, "")], ids=str)
def test_what_is_absent_is_empty(absent: dict[str, object]) -> None:
    """No rule asks for a setting; which ones are required is said elsewhere."""
    assert not found(absent)


@given(settings=SETTINGS, keys=st.sets(st.sampled_from(KEYS)), data=st.data())
def test_values_of_another_type_are_as_good_as_unknown(
    settings: dict[str, object], keys: set[str], data: st.DataObject
) -> None:
    """Whatever stands in a state, a rule does not crash."""
    other = {key: data.draw(st.sampled_from(NOT_THEIR_TYPE)) for key in keys}
    assert {each.code for each in found(settings | other)} <= {rule.code for rule in RULES}
