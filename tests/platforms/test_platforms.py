from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.settings.choices import PlatformName
from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant
from pulumi_smtpconfig.settings.parsing import parse

KOBIL = pytest.mark.parametrize("platform", [PlatformName.SSMS, PlatformName.SHIFT])
ELEVEN = {
    "host",
    "from",
    "port",
    "starttls",
    "ssl",
    "replyTo",
    "replyToDisplayName",
    "fromDisplayName",
    "envelopeFrom",
    "user",
    "password",
}
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
PROGRAMS = st.fixed_dictionaries(
    {"host": st.just("smtp.acme.example"), "from": st.just("no-reply@acme.example")},
    optional={
        "fromDisplayName": TEXTS,
        "replyTo": st.sampled_from(["", "help@acme.example"]),
        "envelopeFrom": st.sampled_from(["", "bounce@acme.example"]),
        "port": st.integers(1, 65535),
        "ssl": st.booleans(),
        "starttls": st.booleans(),
        "user": TEXTS,
        "password": TEXTS.filter(lambda text: text.strip("*")),
    },
)


def test_every_platform_has_a_row() -> None:
    """The table has every platform that a program may name."""
    assert set(PLATFORMS) == set(PlatformName)


def endpoint(platform: str, hostname: str, tenant_id: str) -> str:
    """Return the URL of a tenant."""
    properties = {"platform": platform, "hostname": hostname, "tenantId": tenant_id}
    tenant, _ = parse(Tenant, properties)
    return PLATFORMS[tenant.platform].endpoint(tenant)


@pytest.mark.parametrize(
    ("platform", "hostname", "expected"),
    [
        (
            "ssms",
            "idp.example.com",
            "https://ExtTest0019.idp.example.com/digitanium/v4/mail/config",
        ),
        ("ssms", "idp.x:8443", "https://ExtTest0019.idp.x:8443/digitanium/v4/mail/config"),
        ("shift", "idp.example.com", "https://idp.example.com/auth/realms/ExtTest0019/mail/setup"),
        ("shift", "idp.x:8445", "https://idp.x:8445/auth/realms/ExtTest0019/mail/setup"),
    ],
)
def test_the_url_is_the_documented_one(platform: str, hostname: str, expected: str) -> None:
    """It contains the tenant in its own case."""
    assert endpoint(platform, hostname, "ExtTest0019") == expected


@pytest.mark.parametrize(
    ("tenant_id", "segment"),
    [
        *(("a b", "a%20b"), ("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a%2Fb", "a%252Fb")),
        *(("a?b#c", "a%3Fb%23c"), ("ä", "%C3%A4"), ("a;b", "a%3Bb"), ("a\\b", "a%5Cb")),
    ],
)
def test_a_tenant_of_shift_is_percent_encoded(tenant_id: str, segment: str) -> None:
    """No character is read as syntax of the path."""
    assert endpoint("shift", "h", tenant_id) == f"https://h/auth/realms/{segment}/mail/setup"


@given(tenant_id=TEXTS.filter(lambda text: text.strip() and text not in {".", ".."}))
def test_a_tenant_of_shift_is_one_segment_that_decodes_to_itself(tenant_id: str) -> None:
    """No name changes the rest of the path, or becomes another tenant's."""
    url = urlsplit(endpoint("shift", "idp.example.com", tenant_id))
    start, auth, realms, segment, *rest = url.path.split("/")
    assert (url.netloc, url.query, url.fragment) == ("idp.example.com", "", "")
    assert (start, auth, realms, unquote(segment), rest) == (
        *("", "auth", "realms"),
        tenant_id,
        ["mail", "setup"],
    )


@pytest.mark.parametrize("tenant_id", [".", ".."])
def test_a_tenant_of_shift_is_not_a_dot_segment(tenant_id: str) -> None:
    """Clients and proxies would resolve it."""
    assert "segment" in PLATFORMS[PlatformName.SHIFT].tenant_reason(tenant_id)


@pytest.mark.parametrize(
    "tenant_id",
    ["a.b", "a_b", "-a", "a-", "a/b", "a b", "a@b", "a:1", "ä", "\u212a", "a" * 64, ".", "a\n"],
    ids=ascii,
)
def test_a_tenant_of_ssms_is_a_dns_label(tenant_id: str) -> None:
    """It is part of the host name."""
    assert "DNS label" in PLATFORMS[PlatformName.SSMS].tenant_reason(tenant_id)


@pytest.mark.parametrize("platform", PlatformName)
@pytest.mark.parametrize("tenant_id", ["tenantExt0019", "TestSSMS", "DEV3", "a", "a-b", "a" * 63])
def test_a_dns_label_is_a_tenant_on_every_platform(platform: PlatformName, tenant_id: str) -> None:
    """Real tenants have names like these."""
    assert not PLATFORMS[platform].tenant_reason(tenant_id)


def encode(platform: PlatformName, properties: dict[str, Any]) -> dict[str, str]:
    """Return settings in the platform's form."""
    return PLATFORMS[platform].encode(parse(SmtpSettings, properties)[0])


@KOBIL
@given(program=PROGRAMS)
def test_the_body_has_eleven_texts(platform: PlatformName, program: dict[str, Any]) -> None:
    """Every field is sent, so it does not matter whether a platform merges or replaces."""
    body = encode(platform, program)
    assert set(body) == ELEVEN
    assert set(map(type, body.values())) == {str}


@KOBIL
def test_the_body_is_the_documented_one(platform: PlatformName, acme: dict[str, Any]) -> None:
    """Port and booleans are texts; every other value is the program's."""
    texts = {key: acme[key] for key in ELEVEN}
    assert encode(platform, acme) == texts | {"port": "587", "starttls": "true", "ssl": "false"}


@KOBIL
def test_a_cleared_setting_is_an_empty_text(platform: PlatformName) -> None:
    """A setting that the program leaves out does not keep its old value."""
    required = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "ssl": True}
    cleared = dict.fromkeys(ELEVEN, "")
    tls = {"port": "465", "starttls": "false", "ssl": "true"}
    assert encode(platform, required) == cleared | required | tls


@given(program=PROGRAMS)
def test_keycloak_gets_no_empty_value_and_auth_only_with_a_user(program: dict[str, Any]) -> None:
    """Keycloak keeps and uses a user only with `auth`."""
    full, body = encode(PlatformName.SSMS, program), encode(PlatformName.KEYCLOAK, program)
    login = {"auth": "true", "authType": "basic"} if full["user"] else {}
    assert body == {key: value for key, value in full.items() if value} | login


@pytest.mark.parametrize("platform", PlatformName)
@given(
    live=st.dictionaries(
        st.sampled_from([*sorted(ELEVEN), "auth"]),
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | TEXTS, st.lists)
        | st.sampled_from(["9" * 5000, "\ud800", "٤٦٥", "0587"]),
    )
)
def test_whatever_a_platform_reports_can_be_kept(
    platform: PlatformName, live: dict[str, Any]
) -> None:
    """The engine takes what JSON can say, and no half of a character."""
    kept = PLATFORMS[platform].decode(live)
    assert json.loads(json.dumps(kept, ensure_ascii=False).encode()) == kept
