"""Where the platforms are posted to, as the contract documents it, and for which tenants."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.settings.models import PlatformName, Tenant
from pulumi_smtpconfig.settings.parsing import parse

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


def endpoint(platform: str, hostname: str, tenant_id: str) -> str:
    """Return the URL of a tenant."""
    properties = {"platform": platform, "hostname": hostname, "tenantId": tenant_id}
    tenant, _ = parse(Tenant, properties)
    return PLATFORMS[tenant.platform].endpoint(tenant)


def test_every_platform_has_its_row() -> None:
    """What a program may name, the table knows."""
    assert set(PLATFORMS) == set(PlatformName)


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
    """Tenant and host stand where the platform wants them, the tenant in its own case."""
    assert endpoint(platform, hostname, "ExtTest0019") == expected


@pytest.mark.parametrize(
    ("tenant_id", "segment"),
    [
        *(("a b", "a%20b"), ("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a%2Fb", "a%252Fb")),
        *(("a?b#c", "a%3Fb%23c"), ("ä", "%C3%A4"), ("a;b", "a%3Bb"), ("a\\b", "a%5Cb")),
    ],
)
def test_a_tenant_of_shift_is_percent_encoded(tenant_id: str, segment: str) -> None:
    """What a path would take for syntax is written as characters."""
    assert endpoint("shift", "h", tenant_id) == f"https://h/auth/realms/{segment}/mail/setup"


@given(tenant_id=TEXTS.filter(lambda text: text.strip() and text not in {".", ".."}))
def test_a_tenant_of_shift_is_one_segment_that_decodes_to_itself(tenant_id: str) -> None:
    """Whatever its name, a tenant neither leaves its place in the path nor becomes another one."""
    url = urlsplit(endpoint("shift", "idp.example.com", tenant_id))
    start, auth, realms, segment, *rest = url.path.split("/")
    assert (url.netloc, url.query, url.fragment) == ("idp.example.com", "", "")
    assert (start, auth, realms, unquote(segment), rest) == (
        *("", "auth", "realms"),
        tenant_id,
        ["mail", "setup"],
    )


@pytest.mark.parametrize("tenant_id", [".", ".."])
def test_a_tenant_of_shift_is_no_step_in_the_path(tenant_id: str) -> None:
    """A dot segment would be resolved on the way."""
    assert "segment" in PLATFORMS[PlatformName.SHIFT].tenant_reason(tenant_id)


@pytest.mark.parametrize(
    "tenant_id",
    ["a.b", "a_b", "-a", "a-", "a/b", "a b", "a@b", "a:1", "ä", "\u212a", "a" * 64, ".", "a\n"],
    ids=ascii,
)
def test_a_tenant_that_is_no_dns_label_is_refused_on_ssms(tenant_id: str) -> None:
    """There the tenant is a part of the host's name."""
    assert "DNS label" in PLATFORMS[PlatformName.SSMS].tenant_reason(tenant_id)


@pytest.mark.parametrize("platform", PlatformName)
@pytest.mark.parametrize("tenant_id", ["tenantExt0019", "TestSSMS", "DEV3", "a", "a-b", "a" * 63])
def test_usual_tenants_are_fine_everywhere(platform: PlatformName, tenant_id: str) -> None:
    """The tenants that are seen in the field have nothing wrong with them."""
    assert not PLATFORMS[platform].tenant_reason(tenant_id)
