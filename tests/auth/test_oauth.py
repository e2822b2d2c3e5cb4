from __future__ import annotations

import json
import math
import time
import traceback
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.auth.credentials import Credentials, Resolved
from pulumi_smtpconfig.auth.destinations import token_endpoint as endpoint_of
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import ConfigurationError, TokenNotGranted
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.auth.token_endpoint import CLIENT, SOURCE, TOKEN, URL, TokenEndpoint, token_endpoint
from tests.authorized_client.clients import platform_request
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_smtpconfig.interface import Request

CANARY = "c4n4ry"
USER = {"clientId": "pulumi", "oauthUsername": "Jörg+1", "oauthPassword": "päß wörd%&=+"}
BY_CLIENT = {"grant_type": "client_credentials", "client_id": "pulumi"}
BY_USER = {"grant_type": "password", "client_id": "pulumi"}
USER_AND_PASSWORD = {"username": "Jörg+1", "password": "päß wörd%&=+"}
SECRET = {"client_secret": "client secret & ü=1"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NOT_TOKENS: list[object] = [None, "", 5, [CANARY], {}]
NOT_NUMBERS: list[object] = ["soon", "", [], {}, CANARY]


def token_url(template: str, request: Request | None = None) -> str:
    """Return the token endpoint for a template and a request, by default acme's on SHIFT."""
    credentials = Credentials.model_validate(CLIENT | {"tokenUrl": template})
    access = (request or platform_request()).access
    return endpoint_of(Resolved(credentials, SOURCE), access)


def test_shift_has_its_own_endpoint() -> None:
    """It is the documented one of the tenant's realm, on the tenant's host and port."""
    request = platform_request(tenant_id="a b/ü", hostname="idp.example.com:8443")
    expected = "/auth/realms/a%20b%2F%C3%BC/protocol/openid-connect/token"
    assert token_url("", request) == f"https://idp.example.com:8443{expected}"


def test_ssms_needs_a_token_url_and_the_error_names_the_key() -> None:
    """No endpoint is documented, so none is guessed."""
    with pytest.raises(ConfigurationError, match=f"{SOURCE} lack tokenUrl") as caught:
        token_url("", platform_request("ssms"))
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
        *((url, url) for url in ("https://login.example.com:8443/token", "https://[::1]:8443/x")),
    ],
)
def test_a_template_is_expanded(template: str, url: str) -> None:
    """The template of the credentials wins over the platform's, and needs no placeholders."""
    assert token_url(template, platform_request(tenant_id="A/B")) == url


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
def test_a_template_that_is_not_a_plain_https_url_is_refused(template: str) -> None:
    """Secrets go by https to the host in the template; a typo sends them nowhere."""
    with pytest.raises(ConfigurationError, match="tokenUrl") as caught:
        token_url(template)
    assert SOURCE in caught.value.happened
    assert "https://host/path" in caught.value.remedy


@given(tenant=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
@example(tenant="{hostname}")
@example(tenant="{tenantId}")
@example(tenant="acme/../master")
@example(tenant="acme@evil.example")
@example(tenant="#?%2F")
def test_a_tenant_is_one_segment_of_the_url(tenant: str) -> None:
    """A tenant's name cannot change the host, the path or another placeholder."""
    request = platform_request()
    request = request._replace(access=request.access._replace(tenant_id=tenant))
    parts = urlsplit(token_url("https://{hostname}/realms/{tenantId}/token", request))
    assert parts.netloc == "idp.example.com"
    assert parts.query == parts.fragment == ""
    assert list(map(unquote, parts.path.split("/"))) == ["", "realms", tenant, "token"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TokenEndpoint]:
    """Run an endpoint for all tests of this module, because of those with many examples."""
    with token_endpoint() as running:
        yield running


def fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form in ASCII, duplicates included."""
    return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)


@pytest.mark.parametrize(
    ("credentials", "form"),
    [
        (CLIENT, BY_CLIENT | SECRET),
        (CLIENT | {"scope": "mail realm"}, BY_CLIENT | SECRET | {"scope": "mail realm"}),
        (USER, BY_USER | USER_AND_PASSWORD),
        (USER | CLIENT, BY_USER | USER_AND_PASSWORD | SECRET),
        (USER | {"scope": "mail"}, BY_USER | USER_AND_PASSWORD | {"scope": "mail"}),
    ],
    ids=["client", "client with scope", "user", "user of a confidential client", "user with scope"],
)
def test_each_grant_sends_exactly_its_fields(
    endpoint: TokenEndpoint, credentials: Mapping[str, str], form: Mapping[str, str]
) -> None:
    """The grant is `password` with a user, else `client_credentials` (RFC 6749, 4.3.2, 4.4.2)."""
    request = endpoint.request(credentials)
    assert sorted(fields(request.body)) == sorted(form.items())
    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.header("authorization") is None
    assert request.method == "POST"


def test_umlauts_are_sent_as_utf8(endpoint: TokenEndpoint) -> None:
    """The charset of a form is UTF-8 (RFC 6749, appendix B)."""
    assert b"client_secret=client+secret+%26+%C3%BC%3D1" in endpoint.request(CLIENT).body


@given(user=TEXTS, password=TEXTS, secret=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_unchanged(
    endpoint: TokenEndpoint, user: str, password: str, secret: str
) -> None:
    """No character of a user, a password or a client secret is lost or read as syntax."""
    given = {"oauthUsername": user, "oauthPassword": password, "clientSecret": secret}
    form = dict(fields(endpoint.request(USER | given).body))
    assert (form["username"], form["password"]) == (user, password)
    assert form.get("client_secret", "") == secret


def refusal(endpoint: TokenEndpoint) -> TokenNotGranted:
    """Return why the next response contains no token, after checking that no secret is shown."""
    with pytest.raises(TokenNotGranted) as caught:
        endpoint.fetch()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert URL in caught.value.happened
    return caught.value


def test_an_access_token_does_not_show_its_text(endpoint: TokenEndpoint) -> None:
    """A repr is safe to print."""
    endpoint.respond({"access_token": CANARY})
    assert CANARY not in repr(endpoint.fetch())


@given(life=st.floats(0, 10**9) | st.integers(0, 10**9))
@example(life=60)
@example(life=99.9)
@example(life=100)
@example(life=0)
def test_a_token_is_used_until_the_margin_is_left(endpoint: TokenEndpoint, life: float) -> None:
    """The margin is the smaller of 10 s and a tenth; the life begins before the request."""
    endpoint.respond(TOKEN | {"expires_in": life})
    before = time.monotonic()
    access_token = endpoint.fetch()
    used = life - min(10, life / 10)
    assert before + used <= access_token.best_before <= time.monotonic() + used
    assert access_token.token == "a-token"


@pytest.mark.parametrize("content", [{}, {"expires_in": None}], ids=str)
def test_without_expires_in_a_token_is_used_until_it_is_refused(
    endpoint: TokenEndpoint, content: dict[str, None]
) -> None:
    """`expires_in` is optional (RFC 6749, section 5.1)."""
    endpoint.respond({"access_token": "a-token"} | content)
    assert endpoint.fetch().best_before == math.inf


@pytest.mark.parametrize("life", [0, -1, -60.5, "-5"], ids=repr)
def test_a_token_that_has_expired_is_not_kept(endpoint: TokenEndpoint, life: object) -> None:
    """It is tried once, and never taken from the cache."""
    endpoint.respond(TOKEN | {"expires_in": life})
    assert endpoint.fetch().best_before <= time.monotonic()


def test_expires_in_may_be_a_string(endpoint: TokenEndpoint) -> None:
    """Some servers quote the number."""
    endpoint.respond(TOKEN | {"expires_in": "60"})
    assert time.monotonic() < endpoint.fetch().best_before <= time.monotonic() + 54


@pytest.mark.parametrize(
    "content",
    [
        *("", "<html>c4n4ry</html>", '"c4n4ry"', "c4n4ry", "[" * 100_000, '{"access_token": "c4n'),
        *(None, [], ["c4n4ry"], 5, {}, {"refresh_token": CANARY}),
        *({"access_token": x, "id_token": CANARY} for x in NOT_TOKENS),
        *({"access_token": f"{CANARY}{x}"} for x in (" ", "\n", "ü", "\r\nHost: evil")),
        *({"access_token": CANARY, "expires_in": x} for x in NOT_NUMBERS),
    ],
    ids=lambda content: repr(content)[:60],
)
def test_a_200_without_a_usable_token_is_never_quoted(
    endpoint: TokenEndpoint, content: object
) -> None:
    """It may contain other tokens."""
    endpoint.respond(content)
    error = refusal(endpoint)
    assert error.happened.endswith("200 OK without a usable token.")
    assert "token endpoint" in error.remedy


@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_quotes_the_endpoint(endpoint: TokenEndpoint, status: int) -> None:
    """The remedy names the credentials."""
    content = {"error": "invalid_grant", "error_description": "Invalid user credentials"}
    endpoint.respond(content, status)
    error = refusal(endpoint)
    assert f"answered {status}" in error.happened
    assert '"invalid_grant: Invalid user credentials"' in error.happened
    assert SOURCE in error.remedy


@pytest.mark.parametrize("status", [201, 204, 404, 429, 500, 503])
def test_any_other_status_is_a_failure_of_the_endpoint(
    endpoint: TokenEndpoint, status: int
) -> None:
    """Only 200 grants a token (RFC 6749, section 5.1)."""
    endpoint.respond("" if status == 204 else "no", status)
    error = refusal(endpoint)
    assert f"answered {status}" in error.happened
    assert "tokenUrl" in error.remedy


def test_a_redirect_is_not_followed(endpoint: TokenEndpoint) -> None:
    """The secrets go to no other host; the error names it."""
    before = len(endpoint.server.requests)
    endpoint.respond("", 307, Location=f"https://user:{CANARY}@elsewhere.example/{CANARY}")
    assert '"elsewhere.example"' in refusal(endpoint).happened
    assert len(endpoint.server.requests) == before + 1


def test_an_echoed_secret_is_not_shown(endpoint: TokenEndpoint) -> None:
    """A message that contains what was sent is left out."""
    endpoint.respond({"error": f"bad {CLIENT['clientSecret']}, sorry"}, 401)
    assert NOT_SHOWN in refusal(endpoint).happened


def test_a_busy_endpoint_is_tried_again() -> None:
    """A token request has as many retries as others, and the error says how many were used."""
    with token_endpoint(retries=1) as busy:
        busy.respond("", 503)
        busy.respond()
        assert busy.fetch().token == "a-token"
        busy.respond("", 503)
        busy.respond("", 503)
        assert "(2 tries in " in refusal(busy).happened
    assert len(busy.server.requests) == 4


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ({"error": "Realm does not exist"}, True),
        ({"error": "Realm does not exist", "error_description": "or it does"}, False),
        ("Realm does not exist", False),
    ],
    ids=str,
)
def test_only_keycloaks_own_response_means_that_a_realm_is_gone(
    emulator: Emulator, answer: object, *, gone: bool
) -> None:
    """A destroy would otherwise forget settings that are still there."""
    emulator.order(Fault(404, json.dumps(answer), on="token"))
    credentials = {"clientId": "pulumi", "clientSecret": "secret"}
    client = AuthorizedClient(
        stack_config(
            **credentials, connectTo=emulator.address, caBundle=str(emulator.ca_bundle), retries="0"
        ),
        lambda _: None,
    )
    with pytest.raises(TokenNotGranted) as error, closing(client):
        client.send(platform_request())
    assert error.value.realm_is_gone == gone
