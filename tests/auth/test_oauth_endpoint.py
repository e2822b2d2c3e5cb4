"""Where a token is asked for: a template, https, and one tenant's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.auth.credentials import Credentials, Resolved
from pulumi_smtpconfig.auth.oauth import token_endpoint
from pulumi_smtpconfig.errors import ConfigurationError
from tests.connection.platform_request import platform_request

if TYPE_CHECKING:
    from pulumi_smtpconfig.interface import Request

SOURCE = "smtpconfig:clientId"


def selected(token_url: str = "") -> Resolved:
    """Return complete OAuth2 credentials with a template, or without."""
    credentials = {"clientId": "pulumi", "clientSecret": "secret", "tokenUrl": token_url}
    return Resolved(Credentials.model_validate(credentials), SOURCE)


def endpoint(token_url: str, request: Request | None = None) -> str:
    """Return what a template becomes for a request; that of acme on SHIFT when left out."""
    return token_endpoint(selected(token_url), (request or platform_request()).access)


def test_shift_has_an_endpoint_of_its_own() -> None:
    """The documented one of the tenant's realm, on the tenant's host and port."""
    request = platform_request(tenant_id="a b/ü", hostname="idp.example.com:8443")
    expected = "/auth/realms/a%20b%2F%C3%BC/protocol/openid-connect/token"
    assert endpoint("", request) == f"https://idp.example.com:8443{expected}"


def test_ssms_needs_an_url_and_the_error_names_the_key() -> None:
    """None is documented, so none is guessed."""
    with pytest.raises(ConfigurationError, match=f"{SOURCE} lack tokenUrl") as caught:
        endpoint("", platform_request("ssms"))
    assert "tokenUrl" in caught.value.remedy
    assert "token" in caught.value.remedy


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://{hostname}/t/{tenantId}", "https://idp.example.com/t/A%2FB"),
        (
            "https://login.example.com/{tenantId}?x={tenantId}",
            "https://login.example.com/A%2FB?x=A%2FB",
        ),
        (
            "https://login.example.com:8443/master/token",
            "https://login.example.com:8443/master/token",
        ),
        ("https://[::1]:8443/token", "https://[::1]:8443/token"),
    ],
)
def test_a_template_is_filled(template: str, url: str) -> None:
    """The credentials' own template wins over the platform's; without placeholders it is an URL."""
    assert endpoint(template, platform_request(tenant_id="A/B")) == url


@pytest.mark.parametrize(
    "template",
    [
        "http://{hostname}/token",
        "HTTP://idp.example.com/token",
        "ftp://{hostname}/token",
        "{hostname}/token",
        "//{hostname}/token",
        "/token",
        "https:///token",
        "https://:443/token",
        "https://",
        "https://user@{hostname}/token",
        "https://user:word@{hostname}/token",
        "https://evil.example@{hostname}/token",
        "https://{hostname}@evil.example/token",
        "https://{hostname}/{realm}/token",
        "https://{hostname}/{tenantid}/token",
        "https://{hostname}/{/token",
        "https://{hostname}/}/token",
        "https://{hostname}/to ken",
        "https://{hostname}/to\nken",
        "https://{hostname}/token\n",
        "https://id\tp.example.com/token",
        "https://{hostname}/\x00",
        "https://münchen.example/token",
        "https://{hostname}/tökén",
        "https://{hostname}:0/token",
        "https://{hostname}:65536/token",
        "https://{hostname}:port/token",
        "https://[::1/token",
    ],
    ids=ascii,
)
def test_what_is_no_plain_https_url_is_refused(template: str) -> None:
    """Secrets go over https to the host that stands in the template, and a typo goes nowhere."""
    with pytest.raises(ConfigurationError, match="tokenUrl") as caught:
        endpoint(template)
    assert SOURCE in caught.value.happened
    assert "https://host/path" in caught.value.remedy


@given(tenant=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
@example(tenant="{hostname}")
@example(tenant="{tenantId}")
@example(tenant="acme/../master")
@example(tenant="acme@evil.example")
@example(tenant="#?%2F")
def test_a_tenant_is_one_segment_and_leads_nowhere_else(tenant: str) -> None:
    """Whoever may choose the tenant can choose no host, no path and no other placeholder."""
    request = platform_request()
    request = request._replace(access=request.access._replace(tenant_id=tenant))
    parts = urlsplit(endpoint("https://{hostname}/realms/{tenantId}/token", request))
    assert parts.netloc == "idp.example.com"
    assert parts.query == parts.fragment == ""
    assert list(map(unquote, parts.path.split("/"))) == ["", "realms", tenant, "token"]
