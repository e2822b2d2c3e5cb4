"""What a finding says: a stable code, the property, and never a value."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.lint.engine import (
    KEYS,
    RULES,
    WARNING_CODES,
    Finding,
    find_errors,
    find_warnings,
)
from pulumi_smtpconfig.lint.rules import USUAL, Rule
from pulumi_smtpconfig.settings.models import SmtpSettings

TITLES = {
    "E101": "starttls together with ssl",
    "E102": "A port out of range",
    "E201": "A user without a password",
    "E202": "A password without a user",
    "E203": "A password of asterisks",
    "E204": "A password that a template left unfilled",
    "E301": "A host that is a URL",
    "E302": "A host with a port in it",
    "E303": "A host that is an e-mail address",
    "E304": "A host with a space",
    "E305": "A host that a template left unfilled",
    "E401": "A line break or another control character",
    "W101": "The port of TLS from the first byte, without ssl",
    "W102": "A port that begins without TLS, with ssl",
    "W103": "An unusual port",
    "W104": "A port and TLS that the mail service does not document",
    "W201": "A password that is a stand-in word",
    "W202": "A login without TLS",
    "W301": "A host that is a stand-in word",
    "W401": "A display name that needs encoding",
    "W402": "A display name with angle brackets or quotation marks",
    "W403": "from and envelopeFrom in different domains",
}
CANARY = "c4n4ry"
PATTERNS = [
    *("{}", "smtp://{}", "{}:587", "{}@acme.example", "two {}", "${{{}}}", "<{} password>"),
    *("{{{{ {} }}}}", "{}\n", "{}.invalid", '"{}"', "ü{}", "email-smtp.{}.amazonaws.com"),
]
CANARIES = st.sampled_from(PATTERNS).map(lambda pattern: pattern.format(CANARY))
TEXTS = st.fixed_dictionaries(
    {key: CANARIES | st.just("") for key in KEYS if key not in {"port", "ssl", "starttls"}}
)
SWITCHES = st.fixed_dictionaries({"ssl": st.booleans(), "starttls": st.booleans()})
NUMBERS = st.sampled_from([918273, -918273, 9182])


def test_codes_keep_their_meaning_for_ever() -> None:
    """Programs silence warnings by code, so none is renumbered, and a new one is added here."""
    assert {rule.code: rule.title for rule in RULES} == TITLES
    assert len(RULES) == len(TITLES)


def test_warnings_are_known_by_their_letter() -> None:
    """What may be silenced is what begins with W."""
    assert {code for code in TITLES if code[0] == "W"} == WARNING_CODES


def test_rules_read_and_stand_on_what_exists() -> None:
    """A rule reads keys of the settings, or the reference that stands for one of them."""
    assert set(KEYS) == {*SmtpSettings.keys().values(), "passwordFrom"}


@given(texts=TEXTS, switches=SWITCHES, port=NUMBERS)
def test_no_finding_holds_a_value(
    texts: dict[str, object], switches: dict[str, object], port: int
) -> None:
    """Any property may be a secret, so a finding describes and never quotes."""
    settings = texts | switches | {"port": port}
    said = "".join(map(str, [*find_errors(settings), *find_warnings(settings)]))
    assert CANARY not in said
    assert "9182" not in said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_finding_is_a_sentence_and_what_to_do(rule: Rule) -> None:
    """Property first, code last, on one line, without a full stop inside."""
    settings = USUAL | rule.wrong
    (finding,) = [*find_errors(settings), *find_warnings(settings)]
    property_, why, remedy = finding.property, finding.why, finding.remedy
    assert str(finding) == f"{property_}: {why}; {remedy} [{finding.code}]"
    assert not {"{", "}", "\n"} & set(str(finding))
    assert not why.endswith(".")
    assert not remedy.endswith(".")


def test_an_error_is_told_from_a_warning() -> None:
    """The letter of the code decides."""
    assert Finding("E101", "ssl", "is", "do").is_error
    assert not Finding("W101", "ssl", "is", "do").is_error


def test_a_thousand_settings_take_no_time() -> None:
    """Linting is nothing beside a preview."""
    settings = USUAL | {"user": "acme", "password": "h3ll0 w0rld", "fromDisplayName": "Acme"}
    took = []
    for _ in range(5):
        before = time.process_time()
        for _ in range(1000):
            assert not [*find_errors(settings), *find_warnings(settings)]
        took.append(time.process_time() - before)
    assert min(took) < 0.05
