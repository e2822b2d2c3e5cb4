"""What a problem says, when a rule runs, and what stops a preview."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lint.linter import (
    CHECKS,
    KEYS,
    SILENCEABLE,
    WARNING_CODES,
    find_errors,
    find_warnings,
)
from pulumi_smtpconfig.lint.rules import BASE, RULES, Rule
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import KEPT_IF_ABSENT, SmtpSettings
from tests.lifecycle.sender import KeepingSender
from tests.lint.find import find

TITLES = {
    "E101": "starttls together with ssl",
    "E102": "Port out of range",
    "E201": "User without a password",
    "E202": "Password without a user",
    "E203": "Masked password",
    "E204": "Unfilled template as password",
    "E205": "Half a login by token",
    "E206": "Login by token without a client secret",
    "E207": "Login by token without a user",
    "E208": "Password beside a login by token",
    "E301": "URL as host",
    "E302": "Host with a port",
    "E303": "Email address as host",
    "E304": "Host with a space",
    "E305": "Unfilled template in host",
    "E306": "Host that can never be found",
    "E307": "Host that a server takes for another name",
    "E401": "Control character",
    "E402": "Unfilled template in a text",
    "E403": "Value that is longer than Keycloak stores",
    "E404": "Null sender on a platform that does not document it",
    "E405": "Local part beyond ASCII without allow_utf8",
    "E406": "Blank in a tenant",
    "W101": "Implicit TLS port without ssl",
    "W102": "STARTTLS port with ssl",
    "W103": "Unusual SMTP port",
    "W104": "Port or TLS mode that the mail service does not document",
    "W105": "starttls together with ssl on Keycloak",
    "W106": "Log of the SMTP session",
    "W201": "Placeholder password",
    "W202": "Login without TLS",
    "W203": "Blank at an end of the login",
    "W204": "Password login at a service that ends it",
    "W205": "Login by token at a service that has none",
    "W206": "Verification that sends a mail",
    "W301": "Placeholder host",
    "W401": "Display name that needs encoding",
    "W402": "Display name with angle brackets or quotation marks",
    "W403": "from and envelopeFrom in different domains",
    "W404": "Address in a form that the platform does not document",
}
ERRORS = [rule for rule in RULES if rule.code not in WARNING_CODES]
WARNINGS = [rule for rule in RULES if rule.code in WARNING_CODES]
CODE = operator.attrgetter("code")
EVERY_ERROR = pytest.mark.parametrize("rule", ERRORS, ids=lambda rule: rule.code)

NOT_TEXT = {"port", "ssl", "starttls", "allowUtf8", "debug"}
CANARY = "c4n4ry"
PATTERNS = [
    *("{}", "smtp://{}", "{}:587", "{}@acme.example", "two {}", "${{{}}}", "<{} password>"),
    *("{{{{ {} }}}}", "{}\n", "{}.invalid", '"{}"', "ü{}", "email-smtp.{}.amazonaws.com"),
]
CANARIES = st.sampled_from(PATTERNS).map(lambda pattern: pattern.format(CANARY))
TEXTS = st.fixed_dictionaries({key: CANARIES | st.just("") for key in KEYS if key not in NOT_TEXT})
SWITCHES = st.fixed_dictionaries({"ssl": st.booleans(), "starttls": st.booleans()})
NUMBERS = st.sampled_from([918273, -918273, 9182])

EXAMPLES = [BASE | example for rule in RULES for example in (rule.bad_example, rule.good_example)]
POOL = {key: sorted({each.get(key, "") for each in EXAMPLES}, key=repr) for key in KEYS}
SETTINGS = st.fixed_dictionaries({key: st.sampled_from(values) for key, values in POOL.items()})
READS = {(rule.code, keys[0]): set(keys) for rule, keys in CHECKS}
WRONG_TYPES: list[object] = [None, 5, "true", ["a"], {}, 5.5, b"a"]

LIFECYCLE = Lifecycle(KeepingSender(), warn=lambda _: None)
TENANT = {"platform": "ssms", "hostname": "idp.example.com", "tenantId": "ACME"}


def check(example: dict[str, object]) -> list[str]:
    """Return the problems that stop a preview of the base settings with an example."""
    return [str(each) for each in LIFECYCLE.check(TENANT | BASE | example).problems]


def test_codes_keep_their_meaning() -> None:
    """Programs silence warnings by code, so no code is reused, and a new one is added here."""
    assert {rule.code: rule.title for rule in RULES} == TITLES
    assert [rule.code for rule in RULES] == list(TITLES)
    assert {code for code in TITLES if code.startswith("W")} == WARNING_CODES


def test_rules_read_every_setting_the_references_and_the_tenant() -> None:
    """Every key that a rule reads exists, and every setting that may be wrong has a rule."""
    references = {"passwordFrom", "authTokenClientSecretFrom"}
    settings = {*SmtpSettings.keys().values()} - KEPT_IF_ABSENT
    assert set(KEYS) - {"allowUtf8", "debug"} == settings | references | {
        *("platform", "tenantId", "credentials", "verify", "verifyRecipient"),
    }


@given(texts=TEXTS, switches=SWITCHES, port=NUMBERS)
def test_no_message_contains_a_value(
    texts: dict[str, object], switches: dict[str, object], port: int
) -> None:
    """Any property may be secret."""
    messages = "".join(map(str, find(texts | switches | {"port": port})))
    assert CANARY not in messages
    assert "9182" not in messages


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_message_is_one_line_from_property_to_code(rule: Rule) -> None:
    """It has no braces left to fill, and neither part ends in a full stop."""
    (problem,) = find(BASE | rule.bad_example)
    key, why, remedy, code = problem
    assert str(problem) == f"{key}: {why}; {remedy} [{code}]"
    assert not {"{", "}", "\n"} & set(str(problem))
    assert not why.endswith(".")
    assert not remedy.endswith(".")


@given(settings=SETTINGS, unknown=st.sets(st.sampled_from(KEYS)))
def test_a_rule_waits_only_for_the_values_that_it_reads(
    settings: dict[str, object], unknown: set[str]
) -> None:
    """Exactly the problems that depend on no unknown value are reported."""
    expected = {each for each in find(settings) if not READS[each.code, each.property] & unknown}
    assert set(find(settings | dict.fromkeys(unknown, UNKNOWN))) == expected


def test_nothing_is_found_in_unknown_settings() -> None:
    """A preview of settings that all come from other resources is quiet."""
    assert not find(dict.fromkeys(KEYS, UNKNOWN))


@pytest.mark.parametrize("absent", [{}, dict.fromkeys(KEYS), dict.fromkeys(KEYS, "")], ids=str)
def test_an_absent_setting_is_empty(absent: dict[str, object]) -> None:
    """No rule requires a setting; the models do."""
    assert not find(absent)


@given(settings=SETTINGS, keys=st.sets(st.sampled_from(KEYS)), data=st.data())
def test_a_value_of_another_type_does_not_crash_a_rule(
    settings: dict[str, object], keys: set[str], data: st.DataObject
) -> None:
    """A state may contain any value."""
    other = {key: data.draw(st.sampled_from(WRONG_TYPES)) for key in keys}
    assert {each.code for each in find(settings | other)} <= set(TITLES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_what_platforms_take_can_be_silenced(rule: Rule) -> None:
    """Warnings and the errors about accepted values are silenced by their code, and only by it."""
    settings = BASE | rule.bad_example
    others = SILENCEABLE - {rule.code}
    silenced = [*find_errors(settings, [rule.code]), *find_warnings(settings, [rule.code])]
    assert not silenced or rule.code not in SILENCEABLE
    assert [*find_errors(settings, others), *find_warnings(settings, others)] == find(settings)


@pytest.mark.parametrize("rule", [rule for rule in ERRORS if rule.is_accepted], ids=CODE)
def test_a_silenced_error_does_not_stop_the_preview(rule: Rule) -> None:
    """A program that means the value deploys it."""
    assert not check(rule.bad_example | {"lintIgnore": [rule.code]})


@EVERY_ERROR
def test_an_error_stops_the_preview(rule: Rule) -> None:
    """The check reports one problem on one property, and none once it is fixed."""
    (problem,) = check(rule.bad_example)
    assert problem.partition(": ")[0] in rule.on
    assert rule.why.partition("{")[0] in problem
    assert not check(rule.good_example)


@pytest.mark.parametrize("rule", WARNINGS, ids=lambda rule: rule.code)
def test_a_warning_does_not_stop_the_preview(rule: Rule) -> None:
    """Settings that are only unusual can always be deployed."""
    assert not check(rule.bad_example)


@EVERY_ERROR
def test_a_check_waits_for_unknown_values(rule: Rule) -> None:
    """An error on an unknown value is reported by the `up` that knows it."""
    unknown = dict.fromkeys({*rule.on, *rule.reads} - {"passwordFrom"}, UNKNOWN)
    assert not check(rule.bad_example | {"platform": "keycloak"} | unknown)


@pytest.mark.parametrize("key", sorted(set(KEYS) - NOT_TEXT))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text(), control=st.characters(categories=["Cc", "Cs", "Zl", "Zp"]))
def test_no_text_may_contain_a_control_character(
    acme: dict[str, Any], key: str, before: str, control: str
) -> None:
    """No setting can inject a mail header or a terminal sequence."""
    problems = LIFECYCLE.check(acme | {key: f"{before}{control}a"}).problems
    assert key in [problem.property for problem in problems]


@pytest.mark.parametrize("port", [0, -1, 65536, 1e300, "0", "65536"], ids=str)
def test_a_port_out_of_range_is_refused(port: object) -> None:
    """The message says which ports are valid."""
    (problem,) = check({"port": port})
    assert problem.startswith("port: must be from 1 to 65535")
