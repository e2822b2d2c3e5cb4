"""A tenant: one canonical hostname, and an identifier that is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import Tenant
from pulumi_smtpconfig.settings.parsing import parse

ACME = {"platform": "shift", "hostname": "idp.example.com", "tenantId": "Acme"}
LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
PORTS = st.just("") | st.integers(1, 65535).map(":{}".format)
HOSTNAMES = st.builds(
    "{}{}{}".format,
    st.lists(LABELS, min_size=1, max_size=5)
    .filter(lambda labels: not labels[-1].isdigit())
    .map(".".join),
    st.sampled_from(["", "."]),
    PORTS,
)


def test_the_id_names_platform_host_and_tenant() -> None:
    """The id is one path of the three, each in its canonical form."""
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
    """Case, a final dot and https's own port make no other host."""
    assert parse(Tenant, {**ACME, "hostname": written})[0].hostname == canonical


@given(hostname=HOSTNAMES)
def test_a_canonical_hostname_is_its_own_canonical_form(hostname: str) -> None:
    """What the state keeps is parsed to itself."""
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
def test_what_is_more_or_less_than_a_host_is_refused(hostname: str) -> None:
    """A hostname has no scheme, user, path, space or control character, and a port or none."""
    parsed, problems = parse(Tenant, {**ACME, "hostname": hostname})
    assert [problem.property for problem in problems] == ["hostname"]
    assert parsed.stored()["hostname"] is UNKNOWN


@given(tenant_id=st.from_regex(r"[ -~äÖ]*[!-~äÖ][ -~äÖ]*", fullmatch=True))
def test_a_tenant_keeps_its_case_and_characters(tenant_id: str) -> None:
    """Tenants that differ in case alone are two."""
    assert parse(Tenant, {**ACME, "tenantId": tenant_id})[0].tenant_id == tenant_id


@pytest.mark.parametrize("platform", ["keycloack", "SSMS", "ssms ", 5, True, ["ssms"]], ids=repr)
def test_an_unknown_platform_is_refused_by_naming_those_that_are(platform: object) -> None:
    """The reason lists what can be chosen."""
    _, (problem,) = parse(Tenant, {**ACME, "platform": platform})
    assert problem.property == "platform"
    assert "'ssms', 'shift' or 'keycloak'" in problem.why


@pytest.mark.parametrize("key", ["platform", "hostname", "tenantId"])
@pytest.mark.parametrize("blank", [None, "", " "], ids=repr)
def test_all_three_are_required(key: str, blank: object) -> None:
    """Without one of them there is nothing to send to."""
    assert [problem.property for problem in parse(Tenant, {**ACME, key: blank})[1]] == [key]


@pytest.mark.parametrize("key", Tenant.keys().values())
@given(around=st.tuples(st.text(), st.text()))
def test_no_reason_holds_the_value(key: str, around: tuple[str, str]) -> None:
    """A reason describes and never quotes."""
    assert "c4n4ry" not in str(parse(Tenant, {**ACME, key: "c4n4ry".join(around)})[1])
