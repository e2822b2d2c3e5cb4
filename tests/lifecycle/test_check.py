"""What the lifecycle stores of a program, and what it finds wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.problems import UNKNOWN
from tests.lifecycle.sender import KeepingSender

LIFECYCLE = Lifecycle(KeepingSender(), warn=lambda _: None)
UNLIKELY = st.none() | st.just(UNKNOWN) | st.text() | st.integers() | st.floats() | st.booleans()
LIKELY = {
    "platform": st.sampled_from(["ssms", "shift"]),
    "hostname": st.sampled_from(["idp.example.com", "IDP.example.com.:443"]),
    "tenantId": st.sampled_from(["ACME", "a b", "."]),
    "host": st.just("smtp.acme.example"),
    "from": st.just("no-reply@acme.example"),
    "replyTo": st.just("help@acme.example"),
    "port": st.integers(1, 65535).flatmap(
        lambda port: st.sampled_from([port, float(port), str(port)])
    ),
    "ssl": st.sampled_from([True, False, "true", "false"]),
    "starttls": st.sampled_from([True, False, "true", "false"]),
    "user": st.text(),
    "password": st.text(),
    "credentials": st.text(),
}
PROGRAMS = st.fixed_dictionaries(
    {}, optional={key: likely | likely | UNLIKELY for key, likely in LIKELY.items()}
)


def test_check_stores_the_canonical_form(acme: dict[str, Any]) -> None:
    """What the state keeps has types and one spelling."""
    spelt = {"hostname": "IDP.Example.com.:443", "port": "587", "starttls": "true", "ssl": None}
    assert LIFECYCLE.check(acme | spelt) == (acme, [])


@given(program=PROGRAMS)
@example(program={})
def test_check_of_what_was_checked_changes_nothing(program: dict[str, Any]) -> None:
    """The canonical form is its own; and where nothing was wrong, nothing is wrong again."""
    once = LIFECYCLE.check(program)
    again = LIFECYCLE.check(once.inputs)
    assert again.inputs == once.inputs
    assert not again.problems or once.problems


def test_check_tells_every_problem_of_every_part_at_once() -> None:
    """Identity, single settings and rules on several have their say in one answer."""
    wrong = {
        "platform": "ssms",
        "hostname": "https://idp.example.com",
        "tenantId": "no.label",
        "from": "nobody",
        "port": 0,
        "ssl": True,
        "starttls": True,
        "user": "acme",
    }
    problems = [problem.property for problem in LIFECYCLE.check(wrong).problems]
    assert sorted(problems) == sorted(
        ["hostname", "tenantId", "host", "from", "port", "starttls", "password"]
    )


@pytest.mark.parametrize("known", [{}, {"platform": "ssms"}, {"tenantId": "no.label"}], ids=str)
def test_check_waits_for_the_platform_to_judge_the_tenant(
    acme: dict[str, Any], known: dict[str, Any]
) -> None:
    """While either is not known, there is nothing to say on the tenant."""
    unknown = {"platform": UNKNOWN, "tenantId": UNKNOWN}
    assert not LIFECYCLE.check(acme | unknown | known).problems


def test_check_asks_what_can_be_said_against_the_credentials(acme: dict[str, Any]) -> None:
    """A preview tells of a wrong name before anything is sent, for the host as it is stored."""
    sender = KeepingSender(reason="there are none of that name.")
    program = acme | {"hostname": "IDP.example.com:443", "credentials": "prod"}
    (problem,) = Lifecycle(sender, warn=lambda _: None).check(program).problems
    assert str(problem) == "credentials: there are none of that name."
    assert sender.asked == [("prod", "idp.example.com")]
    assert sender.sent == []


@pytest.mark.parametrize("key", ["credentials", "hostname"])
def test_check_waits_for_name_and_host_to_judge_the_credentials(
    acme: dict[str, Any], key: str
) -> None:
    """While either is not known, there is nothing to say on the credentials."""
    sender = KeepingSender(reason="there are none of that name.")
    program = acme | {"credentials": "prod"} | {key: UNKNOWN}
    assert not Lifecycle(sender, warn=lambda _: None).check(program).problems
