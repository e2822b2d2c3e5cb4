from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.problems import UNKNOWN
from tests.lifecycle.sender import Harness

LIFECYCLE = Harness().lifecycle
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


def test_check_returns_the_canonical_form(acme: dict[str, Any]) -> None:
    """The state keeps typed values in one spelling."""
    spelt = {"hostname": "IDP.Example.com.:443", "port": "587", "starttls": "true", "ssl": None}
    assert LIFECYCLE.check(acme | spelt) == (acme, [])


@given(program=PROGRAMS)
@example(program={})
def test_check_is_idempotent(program: dict[str, Any]) -> None:
    """The canonical form is its own canonical form, and valid inputs stay valid."""
    once = LIFECYCLE.check(program)
    again = LIFECYCLE.check(once.inputs)
    assert again.inputs == once.inputs
    assert not again.problems or once.problems


def test_check_reports_all_problems_at_once() -> None:
    """The tenant, single settings and rules on several settings are all checked."""
    bad = {
        "platform": "ssms",
        "hostname": "https://idp.example.com",
        "tenantId": "no.label",
        "from": "nobody",
        "port": 0,
        "ssl": True,
        "starttls": True,
        "user": "acme",
    }
    problems = [problem.property for problem in LIFECYCLE.check(bad).problems]
    assert sorted(problems) == sorted(
        ["hostname", "tenantId", "host", "from", "port", "starttls", "password"]
    )


@pytest.mark.parametrize("known", [{}, {"platform": "ssms"}, {"tenantId": "no.label"}], ids=str)
def test_a_tenant_is_checked_once_tenant_and_platform_are_known(
    acme: dict[str, Any], known: dict[str, Any]
) -> None:
    """The rule for a tenant's identifier depends on the platform."""
    unknown = {"platform": UNKNOWN, "tenantId": UNKNOWN}
    assert not LIFECYCLE.check(acme | unknown | known).problems


def test_a_trial_by_the_platform_may_be_declared_for_a_tenant_that_is_not_known(
    acme: dict[str, Any],
) -> None:
    """Its URL is made once the tenant is known."""
    trial = {"platform": "keycloak", "verify": "platform", "tenantId": UNKNOWN}
    assert not LIFECYCLE.check(acme | trial).problems


WRITE = "https://ACME.idp.example.com/digitanium/v4/mail/config"


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, [("prod", [WRITE, "https://idp.example.com/ACME"])]),
        *(({key: UNKNOWN}, [("prod", [])]) for key in ("platform", "hostname", "tenantId")),
        ({"tenantId": "evil.example/"}, [("prod", [])]),
        ({"credentials": UNKNOWN}, []),
    ],
    ids=str,
)
def test_credentials_are_checked_with_every_url_that_is_known(
    acme: dict[str, Any], changes: dict[str, Any], asked: list[tuple[str, list[str]]]
) -> None:
    """A preview reports a wrong name at once, and a wrong host with the tenant; nothing is sent."""
    harness = Harness(reason="there are none of that name.")
    harness.settings = {"readUrl": "https://{hostname}/{tenantId}"}
    program = acme | {"hostname": "IDP.example.com:443", "credentials": "prod"} | changes
    problems = [str(problem) for problem in harness.lifecycle.check(program).problems]
    assert ("credentials: there are none of that name." in problems) == bool(asked)
    assert harness.asked == asked
    assert harness.sent == []


@pytest.mark.parametrize(
    ("properties", "property_"),
    [
        ({"platform": "shift", "onDelete": "clear"}, "onDelete"),
        ({"platform": "ssms", "onDelete": "clear"}, "onDelete"),
        ({"platform": "shift", "basePath": "/auth"}, "basePath"),
        ({"platform": "keycloak", "basePath": "auth"}, "basePath"),
        ({"platform": "keycloak", "basePath": "/auth/"}, "basePath"),
        ({"platform": "keycloak", "onDelete": "wipe"}, "onDelete"),
        ({"passwordFrom": "env:ACME_SMTP_PASSWORD"}, "passwordFrom"),
        *(
            ({"password": "${vault.smtp}", "verify": verify}, "password")
            for verify in ("warn", "require")
        ),
    ],
    ids=str,
)
def test_options_that_a_platform_lacks_or_that_conflict_are_refused(
    acme: dict[str, Any], properties: dict[str, Any], property_: str
) -> None:
    """Only Keycloak clears, has a base path and can read its vault; a password has one source."""
    problems = LIFECYCLE.check(acme | properties).problems
    assert [problem.property for problem in problems] == [property_]


def test_a_reference_to_keycloaks_vault_needs_no_verification(acme: dict[str, Any]) -> None:
    """Only Keycloak can read the vault, and failed logins may lock the account."""
    assert not LIFECYCLE.check(acme | {"password": "${vault.smtp}", "verify": "off"}).problems
