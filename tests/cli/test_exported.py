"""An exported text declares what a tenant has, whatever that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.cli.export.comments import comment
from pulumi_smtpconfig.cli.export.fleet_file import fleet_file
from pulumi_smtpconfig.cli.export.names import LEGAL, resource_name, variable
from pulumi_smtpconfig.cli.export.program import literal, python_program
from pulumi_smtpconfig.cli.export.tenant import ExportedTenant, export_tenant
from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.adoption import Comparison
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lint.rules import CONTROL
from pulumi_smtpconfig.property_names import KEYS
from tests.exported import arguments_of, fleet_arguments_of
from tests.lifecycle.sender import KeepingSender

MASK = "*" * 10
TEXT = st.text(max_size=20)
NASTY = st.one_of(
    TEXT,
    st.sampled_from(
        ["no", "1e3", "a: b", "#", "'\"", "\\", "{a}", "\ud800", "\r\n", "\x85\u2028\ufeff\x00"]
    ),
)
ADDRESS = st.sampled_from(["a@acme.example", '"a b"@acme.example', "ü@acme.example"])
SWITCH = st.sampled_from(["true", "false"])
VALID = st.fixed_dictionaries(
    {
        "host": st.sampled_from(["smtp.acme.example", "192.0.2.1"]),
        "from": st.just("a@acme.example"),
        "port": st.integers(1, 65535).map(str),
        "ssl": st.just("false"),
        "starttls": SWITCH,
    },
    optional={
        "fromDisplayName": st.sampled_from(["no", "1e3", "a: b # c", "Ümlaut 'x' \"y\"", "\\n"]),
        "replyTo": st.just("b@acme.example"),
        "envelopeFrom": st.just("<>"),
        "allowutf8": SWITCH,
        "debug": SWITCH,
        "timeout": st.integers(1, 3_600_000).map(str),
        "writeTimeout": st.integers(1, 3_600_000).map(str),
        "key of others": TEXT,
    },
)
LOGIN = st.sampled_from(
    [
        {},
        {"auth": "true", "authType": "basic", "user": "acme", "password": MASK},
        {
            "auth": "true",
            "authType": "token",
            "user": "acme",
            "authTokenUrl": "https://login.acme.example/token",
            "authTokenClientId": "1e3",
            "authTokenScope": "mail",
            "authTokenClientSecret": MASK,
        },
    ]
)
KEYS_OF_A_MAP = [
    *("host", "from", "port", "ssl", "starttls", "auth", "authType", "user", "password", "replyTo"),
    *("fromDisplayName", "replyToDisplayName", "envelopeFrom", "allowutf8", "debug", "timeout"),
    *("authTokenUrl", "authTokenClientId", "authTokenScope", "authTokenClientSecret"),
]
ANY = st.dictionaries(
    st.one_of(st.sampled_from(KEYS_OF_A_MAP), TEXT),
    st.one_of(NASTY, st.just("true"), st.just("token"), st.booleans(), st.integers(), st.none()),
)
TENANTS = st.one_of(
    st.from_regex(r"\A[A-Za-z0-9_. -]{1,12}\Z"), st.text(min_size=1, max_size=8)
).filter(
    lambda each: each.strip() and not CONTROL.search(each)  # nothing else is declared or read
)


def exported(live: dict[str, Any], tenant_id: str = "acme") -> ExportedTenant:
    """Export a realm of Keycloak that has these settings."""
    tenant = {"platform": "keycloak", "hostname": "idp.example.com", "tenantId": tenant_id}
    declaration, _ = Declaration.parse(tenant)
    return export_tenant(declaration, Reading(live, set()), KeepingSender(), lambda _: None)


def declared_by(program: str) -> Declaration:
    """Parse what the only resource of a program declares."""
    (arguments,) = arguments_of(program).values()
    declaration, problems = Declaration.parse({KEYS.get(k, k): v for k, v in arguments.items()})
    assert not problems
    return declaration


@given(VALID, LOGIN)
def test_the_program_sends_what_the_realm_has(live: dict[str, str], login: dict[str, str]) -> None:
    """The body is the live map, its masks aside, and so nothing is told of as replaced."""
    live = live | login
    declaration = declared_by(python_program([], [exported(live)]))
    ready = declaration.with_secret(MASK) if login else declaration
    assert ready.write_request(live).body == {"smtpServer": live}
    assert not Comparison(ready, live).changed


@given(VALID, LOGIN)
def test_a_fleet_sends_what_the_realm_has(live: dict[str, str], login: dict[str, str]) -> None:
    """By the fleet's own parser; the log of sessions stays the realm's."""
    live = live | login
    tenant = exported(live)
    text = fleet_file([], tenant.properties, [tenant])
    with TemporaryDirectory() as folder:
        (arguments,) = fleet_arguments_of(text, Path(folder)).values()
    given_ = {KEYS.get(key, key.rstrip("_")): value for key, value in arguments.items()}
    declaration, problems = Declaration.parse(given_)
    assert not problems
    ready = declaration.with_secret(MASK) if login else declaration
    assert ready.write_request(live).body == {"smtpServer": live}


@given(ANY, TENANTS)
def test_whatever_a_realm_has_a_program_compiles_and_says_it(
    live: dict[str, Any], tenant_id: str
) -> None:
    """Each value is a literal that is the value, and comments end no line early."""
    tenant = exported(live, tenant_id)
    (arguments,) = arguments_of(python_program(tenant.notes, [tenant])).values()
    assert {KEYS.get(key, key.rstrip("_")): value for key, value in arguments.items()} == (
        tenant.properties
    )


@given(ANY, TENANTS)
def test_whatever_a_realm_has_a_file_is_yaml(live: dict[str, Any], tenant_id: str) -> None:
    """A fleet reads it, or names each problem by its line and tenant; it never is no YAML."""
    tenant = exported(live, tenant_id)
    text = fleet_file(
        tenant.notes, {"platform": "keycloak", "hostname": "idp.example.com"}, [tenant]
    )
    with TemporaryDirectory() as folder:
        try:
            (arguments,) = fleet_arguments_of(text, Path(folder)).values()
        except FleetError as error:
            lines = str(error).splitlines()
            assert all(f'tenant "{tenant.name}"' in line for line in lines)
        else:
            assert arguments["tenant_id"] == tenant_id


@given(TENANTS, TENANTS)
def test_two_tenants_share_no_name(one: str, other: str) -> None:
    """Neither the variable nor the resource, and both are legal."""
    for each in (one, other):
        assert LEGAL.fullmatch(resource_name(each))
        name = variable("SMTP_PASSWORD_", each)
        assert name.isidentifier()
        assert name.isascii()
        assert name == name.upper()
        assert len(name) <= 100
    if one != other:
        assert resource_name(one) != resource_name(other)
        assert variable("P_", one) != variable("P_", other)


def test_similar_tenants_share_no_variable() -> None:
    """Hyphens, underscores, capitals and what a digest looks like are told apart."""
    similar = ["a-b", "a_b", "A-B", "a.b", "a--b", "a b", "ab", "é", "è", "-", "_"]
    similar += [variable("", each).lower().replace("_", "-") for each in similar]
    similar += [resource_name(each) for each in similar]
    similar = list(dict.fromkeys(similar))
    assert len({variable("", each) for each in similar}) == len(similar)
    assert len({resource_name(each) for each in similar}) == len(similar)
    assert variable("SMTP_PASSWORD_", "acme-eu") == "SMTP_PASSWORD_ACME_EU"


@given(NASTY)
def test_a_literal_is_its_value_and_a_comment_one_line(text: str) -> None:
    """Whatever quotes and control characters are in it."""
    assert eval(literal(text)) == text  # noqa: S307 - a literal is what it is about
    assert all(line.startswith("#") for line in comment([text]))
    assert not [line for line in comment([text]) if len(line.splitlines()) != 1]


def test_a_program_is_formatted_and_has_the_right_types(tmp_path: Path) -> None:
    """As ruff and strict mypy see it, with quotes, long values and comments of all kinds."""
    names = ["it's", 'a "b"', "'\"'\"'", "\\", "x" * 200, "a\nb"]
    base = {"host": "h.example", "from": "a@b.example", "timeout": "1500", "debug": "true"}
    tenants = [
        exported(base | {"fromDisplayName": name, f"other {number}": ""}, f"t{number}")
        for number, name in enumerate(names)
    ]
    path = tmp_path / "program.py"
    path.write_text(python_program(["a " * 100, "", "  b"], tenants), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--check", path], check=True)
    subprocess.run([sys.executable, "-m", "mypy", "--strict", path], check=True)
