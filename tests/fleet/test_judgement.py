"""What a check of the file says, beside what the provider's check says of the resources."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pulumi.output import Unknown

from pulumi_smtpconfig.fleet.judgement import check
from pulumi_smtpconfig.fleet.passwords import NoPasswords
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.lint.linter import WARNING_CODES, find_warnings
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import ATTRIBUTES, KEYS, as_in_program
from pulumi_smtpconfig.provider import SmtpConfigProvider
from pulumi_smtpconfig.resource import _defaults
from tests.fleet.files import HEAD, client, found_in

TEXTS = ["", "acme", "a b", "a\nb", "${X}", "Grüße", "x" * 300, "<a>"]
HOSTS = ["smtp.acme.example", "smtp://acme.example", "changeme", "a b", "mail..x", "smtp.gmail.com"]
ADDRESSES = ["", "a@acme.example", "acme", "grüße@acme.example", '"a b"@acme.example', "<>"]
FLAGS: list[Any] = [None, "", True, False, "yes", "off", "maybe", ["a"]]
SECONDS: list[Any] = ["", 5, 2.5, 0, 99999, "soon", "1e1"]
REFERENCES: list[Any] = [
    *(None, {"env": "SMTP_PASSWORD_A"}, {"env": "SMTP_CLIENT_SECRET_A"}, {"file": "a"}),
    *({"secret": "a"}, "plain", {"env": "PATH"}),
]
OWN: dict[str, list[Any]] = {
    "platform": ["ssms", "shift", "keycloak", "azure", "", {"a": 1}],
    "hostname": ["idp.example.com", "IDP.example.com:443", "https://idp.example.com", "a:99999"],
    "basePath": ["", "/auth", "auth/"],
    "credentials": ["idp", "a b", ["a"]],
    "tenantId": ["", "Acme", "a.b", " acme", "${X}"],
    "host": HOSTS,
    "port": ["", None, 25, 465, 587, 2525, 0, 70000, "many", "0587", 587.0, 1.5, {"a": 1}],
    **dict.fromkeys(("starttls", "ssl", "allowUtf8"), FLAGS),
    **dict.fromkeys(("from", "replyTo", "envelopeFrom", "verifyRecipient"), ADDRESSES),
    **dict.fromkeys(("fromDisplayName", "replyToDisplayName", "user"), TEXTS),
    **dict.fromkeys(("authTokenClientId", "authTokenScope"), TEXTS),
    "authTokenUrl": ["", "https://login.acme.example/token", "http://login.acme.example"],
    **dict.fromkeys(("password", "authTokenClientSecret"), REFERENCES),
    **dict.fromkeys(("timeout", "connectionTimeout", "writeTimeout"), SECONDS),
    "triggers": [[], ["a", 1], "a", {"a": 1}],
}
OF_ALL: dict[str, list[Any]] = {
    "onDelete": ["", "retain", "clear", "drop"],
    "verify": ["", "off", "warn", "require", "platform", "maybe"],
    "debug": FLAGS,
    "lintIgnore": [[], sorted(WARNING_CODES)[:7], ["E402", "E406", "W202"], "W202", ["X1"]],
}


def settings(of: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for some of these settings."""
    each = {key: st.sampled_from(values) for key, values in of.items()}
    return st.fixed_dictionaries({}, optional=each)


UNRESOLVED = Unknown()  # type: ignore[no-untyped-call] # Pulumi gives it no types


def provider_says(properties: dict[str, Any], silenced: list[str]) -> set[str]:
    """Return what a declared resource is refused for, and warned of."""
    as_arguments = {ATTRIBUTES.get(key, key): value for key, value in properties.items()}
    with_defaults = {**_defaults(as_arguments), **as_arguments}
    inputs = {KEYS.get(key, key): value for key, value in with_defaults.items()}
    inputs["lintIgnore"] = sorted({*silenced} - WARNING_CODES) or None
    provider = SmtpConfigProvider()
    provider._lifecycle = Lifecycle(client(), lambda _: None)
    news = {key: UNRESOLVED if value is UNKNOWN else value for key, value in inputs.items()}
    checked = provider.check({"host": "already.there.example"}, news)
    canonical = provider._lifecycle.check(inputs).inputs
    return {
        # a reference is the secret's own setting in the file
        *(re.sub("^(password|auth.*)_from: ", r"\1: ", each.reason) for each in checked.failures),
        *(as_in_program(str(each)) for each in find_warnings(canonical, silenced)),
    }


DEFAULTS = {
    "group": "eu",
    "platform": "keycloak",
    "hostname": "idp.example.com",
    "credentials": "idp",
    "host": "smtp.example.com",
    "from": "no-reply@example.com",
}


@examples(max_examples=400)
@given(settings(OWN | OF_ALL), st.lists(settings(OWN), min_size=1, max_size=3))
def test_a_check_says_of_each_tenant_what_the_provider_says(
    defaults: dict[str, Any], tenants: list[dict[str, Any]]
) -> None:
    """No more, no less, in the same words; what is the defaults' is said once."""
    named = {f"t{number}": own for number, own in enumerate(tenants)}
    values: dict[str, Any] = {
        "groups": ["eu"],
        "defaults": {**DEFAULTS, **defaults},
        "tenants": named,
    }
    with TemporaryDirectory() as folder:
        path = Path(folder, "tenants.yaml")
        path.write_text(json.dumps(values), "utf-8")
        file, found = check(path, client())
    judged = {each for each in found if not is_of_the_file(each.what)}
    shared = {said(each.what) for each in judged if not each.tenant}
    codes = values["defaults"].get("lintIgnore")
    silenced = codes if isinstance(codes, list) else []
    everything: set[str] = set()
    for name, tenant in file.tenants.items():
        expected = provider_says(file.properties(tenant, NoPasswords()), silenced)
        own = {said(each.what) for each in judged if each.tenant == name}
        assert own <= expected
        assert expected <= own | shared
        everything |= expected
    assert shared <= everything


OF_THE_FILE = re.compile(
    r"needs |is the same tenant as |.*: must be (\{secret: |SMTP_|up to 100 letters)"
    r"|lint_ignore: |credentials: must be text"
)
"""What a fleet says, or a program before its resource is registered."""


def is_of_the_file(what: str) -> bool:
    """Return whether a problem is one that the provider never sees."""
    return OF_THE_FILE.match(said(what)) is not None


def said(what: str) -> str:
    """Return what a problem says, without the tenant and by the names of a program."""
    return as_in_program(what.split(": ", 1)[1])


@pytest.mark.parametrize("place", ["tenant", "defaults"])
@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("host: smtp://smtp.acme.example", "E301"),
        ("from: nobody", ""),
        ("ssl: on\n    starttls: on", "E101"),
    ],
)
def test_what_a_preview_would_refuse_is_told_where_it_is_written(
    tmp_path: Path, place: str, own: str, code: str
) -> None:
    """In the defaults once for all tenants, else at the tenant."""
    text = f"{HEAD}  a: {{}}\n  acme:\n    {own}\n"
    if place == "defaults":
        text = text.replace("    ", "  ").replace(f"  {own}".replace("    ", "  "), "    port: 25")
        key = own.partition(":")[0]
        lines = [line for line in HEAD.splitlines() if not line.startswith(f"  {key}:")]
        head = "\n".join(
            [*lines[:-1], *(f"  {each.strip()}" for each in own.splitlines()), lines[-1]]
        )
        text = f"{head}\n  a: {{}}\n  acme: {{}}\n"
    (problem,) = found_in(tmp_path, text)
    assert problem.code == code
    assert problem.tenant == ("acme" if place == "tenant" else "")
    at = text.splitlines()[problem.line - 1]
    assert at.strip().startswith(f"{problem.key}:")
