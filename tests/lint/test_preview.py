"""Errors of lint stop a preview: the provider's check tells them with all other problems."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lint.engine import RULES, WARNING_CODES
from pulumi_smtpconfig.lint.rules import USUAL, Rule
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import SmtpSettings
from tests.lifecycle.sender import KeepingSender

LIFECYCLE = Lifecycle(KeepingSender(), warn=lambda _: None)
ERRORS = [rule for rule in RULES if rule.code not in WARNING_CODES]
WARNINGS = [rule for rule in RULES if rule.code in WARNING_CODES]
TENANT = {"platform": "ssms", "hostname": "idp.example.com", "tenantId": "ACME"}
TEXT_KEYS = sorted(set(SmtpSettings.keys().values()) - {"ssl", "starttls", "port"})
SAME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def problems(example: dict[str, object]) -> list[str]:
    """Return what a check says."""
    return [str(each) for each in LIFECYCLE.check(TENANT | USUAL | example).problems]


@pytest.mark.parametrize("rule", ERRORS, ids=lambda rule: rule.code)
def test_what_is_never_right_stops_the_preview(rule: Rule) -> None:
    """One problem on one property says why."""
    (problem,) = problems(rule.wrong)
    assert problem.partition(": ")[0] in rule.on
    assert rule.why in problem
    assert not problems(rule.right)


@pytest.mark.parametrize("rule", WARNINGS, ids=lambda rule: rule.code)
def test_what_is_likely_wrong_stops_nothing(rule: Rule) -> None:
    """There is always a way out for who knows better."""
    assert not problems(rule.wrong)


@pytest.mark.parametrize("rule", ERRORS, ids=lambda rule: rule.code)
def test_a_check_waits_for_what_is_not_known(rule: Rule) -> None:
    """What a preview cannot know is told by the up that knows it."""
    unknown = dict.fromkeys({*rule.on, *rule.reads} - {"passwordFrom"}, UNKNOWN)
    assert not problems(rule.wrong | unknown)


@pytest.mark.parametrize("key", TEXT_KEYS)
@SAME
@given(before=st.text(), control=st.characters(categories=["Cc", "Cs", "Zl", "Zp"]))
def test_line_breaks_and_control_characters_are_refused_in_every_text(
    acme: dict[str, Any], key: str, before: str, control: str
) -> None:
    """No setting may smuggle a line into a mail's header or an answer into a terminal."""
    told = LIFECYCLE.check(acme | {key: f"{before}{control}a"}).problems
    assert key in [problem.property for problem in told]


@pytest.mark.parametrize("port", [0, -1, 65536, 1e300, "0", "65536"], ids=str)
def test_a_port_out_of_range_is_refused(port: object) -> None:
    """Nothing but 1 to 65535 is a port, and the reason says so."""
    (problem,) = problems({"port": port})
    assert problem.startswith("port: is not from 1 to 65535")
