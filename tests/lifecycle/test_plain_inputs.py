from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lifecycle.plain_inputs import IS_PLAIN, are_plain
from pulumi_smtpconfig.lint.rules import RULES
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from tests.lifecycle.sender import KeepingSender
from tests.lint.corpus import CORPUS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TENANT = {"platform": "keycloak", "hostname": "idp.example.com:8443", "tenantId": "acme"}
MAIL = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
DEFAULTS = {"ssl": False, "starttls": True, "port": 587, "onDelete": "retain", "verify": "off"}
PLAIN: dict[str, list[Any]] = {
    "platform": ["ssms", "shift", "keycloak"],
    "hostname": ["idp.example.com", "localhost:8443"],
    "basePath": ["/auth"],
    "tenantId": ["acme", "Acme Ltd"],
    "host": ["smtp.acme.example", "192.0.2.1"],
    "from": ["a.b+c@acme.example"],
    "envelopeFrom": ["<>", "bounce@acme.example"],
    "port": [25, 465, 587, "587", "2525"],
    "ssl": [True, False],
    "starttls": [True, False],
    "user": ["acme"],
    "password": ["correct horse"],
    "passwordFrom": ["env:PASSWORD", "file:/run/secrets/smtp"],
    "authTokenUrl": ["https://login.acme.example/token"],
    "authTokenClientId": ["mail"],
    "authTokenClientSecret": ["n0t-a-w0rd"],
    "authTokenClientSecretFrom": ["env:SECRET"],
    "timeout": [1, 3600, 2.5],
    "onDelete": ["retain", "clear"],
    "verify": ["off", "warn", "require", "platform"],
    "triggers": [["a", {"b": 1}]],
    "lintIgnore": [["E204"]],
}
ODD = [
    *("", None, UNKNOWN, 0, -1, 1.5, 70000, True, [], ["x"], {"a": 1}, float("nan"), float("inf")),
    *(" sp", "sp ", "a\nb", "${MAIL}", "{{x}}", "<password>", "********", "${vault.x}", ".", ".."),
    *("xn--a", "a@b", "a..b@c.d", "a@1.2.3.4", "a@-b.c", "http://x", "env:1", "file:x", "a b"),
    *("yes", "true", "65536", "0", "/auth/", "x" * 64, "x" * 300, f"{'x' * 65}@a.b", "é@a.b"),
    *(
        "a@" + "b." * 200 + "c",
        "_",
        "-",
        "a_b.c",
        "1.2.3",
        "0x7f",
        "host:99999",
        "ACME",
        "changeme",
    ),
]


def value(key: str) -> SearchStrategy[Any]:
    """Return plain values of a key, odd ones, and a plain one with something added."""
    plain = PLAIN.get(key, ["Acme"])
    texts = st.tuples(st.sampled_from(plain), st.text(max_size=3), st.booleans()).map(
        lambda t: f"{t[1]}{t[0]}" if t[2] else f"{t[0]}{t[1]}"
    )
    return st.sampled_from(plain) | st.sampled_from([*plain, *ODD]) | texts


INPUTS = st.fixed_dictionaries({}, optional={key: value(key) for key in IS_PLAIN})


@settings(max_examples=3000)
@given(INPUTS)
@example({"lintIgnore": ["E204"], "user": "a", "password": "<password>"})
def test_what_is_plain_has_no_mistakes(inputs: dict[str, Any]) -> None:
    """Whatever is not parsed in a program has no problem in the provider."""
    given = {**TENANT, **MAIL, **DEFAULTS, **inputs}
    if are_plain(given):
        assert Lifecycle(KeepingSender(), lambda _: None).check(given).problems == []


def test_what_most_programs_declare_is_plain() -> None:
    """What mail services document, and what lint calls good, is not parsed."""
    samples = [sample.properties for sample in CORPUS]
    examples = [rule.good_example for rule in RULES if rule.code < "E3"]
    given = [{**TENANT, **MAIL, **DEFAULTS, **each} for each in [*samples, *examples]]
    parsed = [each for each in given if not are_plain(each)]
    assert all("$" in str(each) for each in parsed), parsed
    assert len(parsed) < len(given) / 20


def test_every_key_is_known() -> None:
    """Only a name of credentials always needs parsing, as the config says if it is right."""
    models = (Tenant, SmtpSettings, Options)
    assert {key for model in models for key in model.keys().values()} == {*IS_PLAIN, "credentials"}
