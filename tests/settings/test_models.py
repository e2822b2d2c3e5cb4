"""Which mail settings and tenants are valid, and their canonical form."""

from __future__ import annotations

from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import Options, SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import Inputs, parse
from tests.settings.test_parsing import EVERY_KEY

REQUIRED = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
ACME = {"platform": "shift", "hostname": "idp.example.com", "tenantId": "Acme"}
EVERY_ADDRESS = pytest.mark.parametrize("key", ["from", "replyTo", "envelopeFrom"])

CANARY = "c4n4ry"
NUMBER = 918273.25
CANARIES = (
    st.tuples(st.text(), st.text()).map(CANARY.join)
    | st.sampled_from([NUMBER, [CANARY], {CANARY: CANARY}, CANARY.encode()])
    | st.integers(10**6, 10**9).map(lambda number: f"{CANARY}{number}")
)

LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
HOSTNAMES = st.builds(
    "{}{}{}".format,
    st.lists(LABELS, min_size=1, max_size=5)
    .filter(lambda labels: not labels[-1].isdigit())
    .map(".".join),
    st.sampled_from(["", "."]),
    st.just("") | st.integers(1, 65535).map(":{}".format),
)


def settings(**properties: object) -> SmtpSettings:
    """Parse the required settings with these changes."""
    return parse(SmtpSettings, {**REQUIRED, **properties})[0]


def invalid(**properties: object) -> list[str]:
    """Return the keys that have a problem in the required settings with these changes."""
    return [problem.property for problem in parse(SmtpSettings, {**REQUIRED, **properties})[1]]


@EVERY_ADDRESS
@pytest.mark.parametrize(
    "address",
    [
        *("acme", "@x.example", "acme@", "a b@x.example", "a@b@x.example", "a@x..example"),
        *("a@ü..example", "ü" * 123 + "@x.example", "a@" + "ü." * 90 + "de", "a@_x.example"),
        *(
            "a@192.0.2",
            "a@192.0.2.1",
            ".a@x.example",
            "a.@x.example",
        ),
        *("Acme <acme@x.example>", "a@x.example, b@x.example", "a@x.example ", "a@x.example."),
    ],
)
def test_an_invalid_address_is_refused(key: str, address: str) -> None:
    """Each of the three addresses is one address without a name."""
    assert invalid(**{key: address}) == [key]


@pytest.mark.parametrize("letter", ["a", "ü"])
def test_an_address_has_the_octets_that_smtp_allows(letter: str) -> None:
    """64 before the @ and 254 in all, however many characters these are."""
    local = letter * (64 // len(letter.encode()))
    domain = ".".join(["d" * 60] * 3 + ["e" * 6])
    assert not invalid(replyTo=f"{local}@{domain}")
    assert invalid(replyTo=f"{local}{letter}@acme.example") == ["replyTo"]
    assert invalid(replyTo=f"{local}@{domain}e") == ["replyTo"]


@pytest.mark.parametrize(
    "address", ['"no reply"@acme.example', "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]"]
)
def test_quoted_local_parts_and_address_literals_are_addresses(address: str) -> None:
    """SMTP knows both forms."""
    assert not invalid(**{"from": address, "replyTo": address, "envelopeFrom": address})


def test_the_null_sender_is_for_bounces_alone() -> None:
    """A mail has an author."""
    assert not invalid(envelopeFrom="<>")
    assert invalid(**{"from": "<>", "replyTo": "<>"}) == ["from", "replyTo"]


@EVERY_ADDRESS
@pytest.mark.parametrize(
    "address",
    [
        "a@acme.example",
        "Grüße@müller.example",
        "a+b@intern.local",
        "root@localhost",
        "हिन्दी@हिन्दी.example",
    ],
)
def test_an_address_is_kept_as_written(key: str, address: str) -> None:
    """International addresses and those of private networks are valid."""
    assert settings(**{key: address}).stored()[key] == address


LITERALS = st.text("12.[]:IPv6", max_size=12).map("[{}]".format) | st.ip_addresses().map(
    lambda ip: f"[{'IPv6:' if ip.version == 6 else ''}{ip}]"
)


def is_address(text: str) -> bool:
    """Return what an independent library says of an address, in a private network too."""
    for each in (text, f"{text}.example"):
        try:
            validate_email(
                each,
                allow_quoted_local=True,
                allow_domain_literal=True,
                check_deliverability=False,
                globally_deliverable=False,
            )
        except EmailNotValidError:
            continue
        return not text.rpartition(".")[2].isdigit() and not text.rpartition("@")[2].isdigit()
    return False


@given(
    local=st.text("ab1.+-_'/=\"<>() ,:;[]\\", max_size=64),
    domain=st.text("ab1.-", max_size=70) | st.text("ab1.-_ []:", max_size=9) | LITERALS,
)
@example("a" * 64, "acme.example")
@example("a", "b" * 63)
@example("a", "b" * 64)
def test_an_address_is_what_an_independent_library_takes_for_one(local: str, domain: str) -> None:
    """A domain whose last part is a number is none (RFC 3696, section 2)."""
    address = f"{local}@{domain}"
    assert (invalid(**{"from": address}) == []) == is_address(address)


@EVERY_ADDRESS
@given(place=st.integers(0, 14), control=st.characters(categories=["Cc", "Cs", "Zl", "Zp"]))
def test_an_address_contains_no_control_character(key: str, place: int, control: str) -> None:
    """An address cannot inject a mail header."""
    address = "a@acme.example"
    assert invalid(**{key: address[:place] + control + address[place:]}) == [key]


@pytest.mark.parametrize("key", ["host", "from"])
@pytest.mark.parametrize("blank", [None, "", " ", "\u00a0"], ids=repr)
def test_host_and_from_are_required(key: str, blank: object) -> None:
    """A blank value counts as missing."""
    _, (problem,) = parse(SmtpSettings, {**REQUIRED, key: blank})
    assert str(problem) == f"{key}: is required"


@pytest.mark.parametrize("key", sorted(set(SmtpSettings.keys().values()) - {"host", "from"}))
def test_every_other_setting_may_be_empty(key: str) -> None:
    """An empty setting clears it."""
    assert not invalid(**{key: ""})


@pytest.mark.parametrize(
    ("given", "port", "starttls"),
    [
        ({}, 587, True),
        ({"ssl": False}, 587, True),
        ({"ssl": True}, 465, False),
        ({"ssl": "true"}, 465, False),
        ({"ssl": True, "port": 2465}, 2465, False),
        ({"starttls": False}, 587, False),
        ({"ssl": UNKNOWN}, UNKNOWN, UNKNOWN),
        ({"ssl": UNKNOWN, "port": 25, "starttls": False}, 25, False),
        ({"ssl": "perhaps"}, UNKNOWN, UNKNOWN),
    ],
    ids=str,
)
def test_port_and_starttls_default_to_what_fits_ssl(
    given: dict[str, Any], port: object, starttls: object
) -> None:
    """465 is for implicit TLS and 587 for STARTTLS; without a known ssl, neither is."""
    parsed = settings(**given)
    assert (parsed.port, parsed.starttls) == (port, starttls)


@pytest.mark.parametrize(
    "port", [1, 587, 587.0, "587", "00587", 65535, "65535", 0, "0", -1, 65536, "65536"], ids=repr
)
def test_a_port_is_a_whole_number_however_it_is_written(port: float | str) -> None:
    """The engine sends floats, and config sends text."""
    parsed = settings(port=port).port
    assert type(parsed) is int
    assert parsed == int(float(port))


@pytest.mark.parametrize(
    "port",
    [
        *(587.5, float("nan"), float("inf"), True, False, [587], {}),
        *("-1", "+587", "5_87", "587 ", " 587", "587.0", "٥٨٧", "smtp", "9" * 5000),
    ],
    ids=lambda port: repr(port)[:10],
)
def test_any_other_port_is_refused(port: object) -> None:
    """The reason says which ports are valid."""
    _, (problem,) = parse(SmtpSettings, {**REQUIRED, "port": port})
    assert str(problem) == "port: must be a whole number from 1 to 65535"


@pytest.mark.parametrize("key", ["ssl", "starttls"])
@pytest.mark.parametrize(("value", "boolean"), [("true", True), ("False", False), (True, True)])
def test_a_boolean_may_be_text(key: str, value: object, boolean: bool) -> None:  # noqa: FBT001 - the expected value
    """Config values are text."""
    assert getattr(settings(**{key: value}), key) is boolean


@pytest.mark.parametrize("key", ["ssl", "starttls", "debug", "allowUtf8"])
@pytest.mark.parametrize(
    "value",
    [*("yes", "no", "on", "off", "1", "0", "t", "y", " true", "true "), 1, 0, 1.0, 0.0, [True]],
    ids=repr,
)
def test_nothing_else_is_a_boolean(key: str, value: object) -> None:
    """A number is none, nor is a word that programs read differently."""
    _, problems = parse(SmtpSettings, {**REQUIRED, key: value})
    assert list(map(str, problems)) == [f"{key}: must be true or false"]


def test_every_problem_is_reported_at_once() -> None:
    """Each invalid property has its own problem."""
    wrong: dict[str, object] = {
        "host": " ",
        "from": "nobody",
        "fromDisplayName": 5,
        "replyTo": "nobody",
        "replyToDisplayName": ["Acme"],
        "envelopeFrom": "nobody",
        "port": "smtp",
        "starttls": "perhaps",
        "ssl": 2,
        "user": True,
        "password": {"secret": "s3cret"},
        "authTokenUrl": "http://login.acme.example/token",
        "authTokenClientId": "a\nb",
        "authTokenClientSecret": 5,
        "authTokenScope": ["smtp"],
        "allowUtf8": "perhaps",
        "debug": 2,
        "timeout": 0,
        "connectionTimeout": True,
        "writeTimeout": "1e400",
    }
    assert sorted(invalid(**wrong)) == sorted(SmtpSettings.keys().values())


@EVERY_KEY
@given(value=CANARIES)
def test_no_problem_contains_the_value(model: type[Inputs], key: str, value: object) -> None:
    """Any property may be secret."""
    problems = str(parse(model, {**REQUIRED, **ACME, key: value})[1])
    assert CANARY not in problems
    assert "918273" not in problems


def test_the_id_names_platform_host_and_tenant() -> None:
    """The id joins the three in their canonical forms."""
    tenant, _ = parse(Tenant, {**ACME, "hostname": "IDP.Example.com:8443"})
    assert tenant.id == "shift/idp.example.com:8443/Acme"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("idp.example.com", "idp.example.com"),
        ("IDP.Example.COM", "idp.example.com"),
        ("idp.example.com.", "idp.example.com"),
        ("idp.example.com:443", "idp.example.com"),
        ("idp.example.com:0443", "idp.example.com"),
        ("idp.example.com.:443", "idp.example.com"),
        ("idp.example.com:8443", "idp.example.com:8443"),
        ("idp.example.com.:8445", "idp.example.com:8445"),
        ("localhost", "localhost"),
        ("127.0.0.1:8443", "127.0.0.1:8443"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
    ],
)
def test_a_hostname_has_one_canonical_form(written: str, canonical: str) -> None:
    """Case, a final dot and the default port make no difference."""
    assert parse(Tenant, {**ACME, "hostname": written})[0].hostname == canonical


@given(hostname=HOSTNAMES)
def test_a_canonical_hostname_does_not_change(hostname: str) -> None:
    """Parsing the state again gives the same tenant."""
    canonical = parse(Tenant, {**ACME, "hostname": hostname})[0].hostname
    assert parse(Tenant, {**ACME, "hostname": canonical}) == (
        Tenant.model_validate({**ACME, "hostname": hostname}),
        [],
    )


@pytest.mark.parametrize(
    "hostname",
    [
        *("https://x.y", "//x.y", "x.y/auth", "x.y/", "x.y?a", "x.y#", "user@x.y", "user:word@x.y"),
        *("x y", " x.y", "x.y ", "x.y\n", "x.y\0", "x.y\u200b", "x%2ey", "{tenantId}.y", "x_y"),
        *("x..y", ".x.y", "x.y..", ".", ":443", "x.y:", "x.y:https", "x.y:0", "x.y:65536"),
        *("x.y:443:443", "x.y:٤٤٣", "[::1]", "::1", "-x.y", "x-.y", "ü.y", "a" * 64, "a." * 128),
    ],
    ids=lambda hostname: repr(hostname)[:30],
)
def test_a_hostname_is_a_host_with_an_optional_port(hostname: str) -> None:
    """A scheme, user, path, space or control character is refused."""
    parsed, problems = parse(Tenant, {**ACME, "hostname": hostname})
    assert [problem.property for problem in problems] == ["hostname"]
    assert parsed.stored()["hostname"] is UNKNOWN


@given(tenant_id=st.from_regex(r"[ -~äÖ]*[!-~äÖ][ -~äÖ]*", fullmatch=True))
def test_a_tenant_id_is_kept_as_written(tenant_id: str) -> None:
    """Tenants that differ only in case are different."""
    assert parse(Tenant, {**ACME, "tenantId": tenant_id})[0].tenant_id == tenant_id


@pytest.mark.parametrize("platform", ["keycloack", "SSMS", "ssms ", 5, True, ["ssms"]], ids=repr)
def test_an_unknown_platform_is_refused(platform: object) -> None:
    """The reason lists the platforms."""
    _, (problem,) = parse(Tenant, {**ACME, "platform": platform})
    assert problem.property == "platform"
    assert "'ssms', 'shift' or 'keycloak'" in problem.why


@pytest.mark.parametrize("key", ["platform", "hostname", "tenantId"])
@pytest.mark.parametrize("blank", [None, "", " "], ids=repr)
def test_a_tenant_needs_all_of_its_parts(key: str, blank: object) -> None:
    """A blank value counts as missing."""
    assert [problem.property for problem in parse(Tenant, {**ACME, key: blank})[1]] == [key]


@pytest.mark.parametrize("reference", ["env:A", "env:_a9", "file:/run/a", "file:/a b/ü", ""])
def test_a_variable_or_an_absolute_path_is_a_reference(reference: str) -> None:
    """Both kinds of password reference are valid, and so is none."""
    assert not parse(Options, {"passwordFrom": reference})[1]


@pytest.mark.parametrize(
    "text",
    [
        *("A", "env:", "env:9", "env:A B", "env:A\n", "ENV:A", "file:", "file:a", "file:../a"),
        "vault:a",
    ],
)
def test_any_other_reference_is_refused(text: str) -> None:
    """A relative path would depend on the working directory."""
    _, (problem,) = parse(Options, {"passwordFrom": text})
    assert problem.property == "passwordFrom"


@given(text=st.text(min_size=1).map(lambda text: f"{CANARY}{text}"))
def test_a_password_instead_of_a_reference_is_not_shown(text: str) -> None:
    """Whoever gives the password itself must not find it in an error."""
    assert CANARY not in str(parse(Options, {"passwordFrom": text})[1])
