from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    OutcomeUnknown,
    Refused,
    SmtpConfigError,
    TokenNotGranted,
)
from tests.authorized_client.clients import client_credentials, kinds, open_client, platform_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.authorized_client import AuthorizedClient

TOKEN_URL = "https://idp.example.com/auth/realms/acme/protocol/openid-connect/token"
UNAUTHORIZED = Fault(401, '{"error": "HTTP 401 Unauthorized"}', on="mail")
LOST = Fault(cut="header", applied=True, on="mail")


@pytest.fixture
def client(emulator: Emulator) -> Iterator[AuthorizedClient]:
    """A client whose default credentials are the emulator's client."""
    with open_client(emulator, client_credentials(emulator)) as opened:
        yield opened


@pytest.fixture
def retrying(emulator: Emulator) -> Iterator[AuthorizedClient]:
    """The same, with one retry."""
    with open_client(emulator, client_credentials(emulator) | {"retries": "1"}) as opened:
        yield opened


def test_a_token_is_fetched_before_the_first_request_and_kept(
    emulator: Emulator, client: AuthorizedClient
) -> None:
    """Three updates of a tenant cost one token."""
    for _ in range(3):
        client.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "mail"]


def test_a_user_logs_in_with_the_password_grant(emulator: Emulator) -> None:
    """A user's name and password need no client secret."""
    emulator.users["jörg"] = "päß wörd%&+"
    user = {"oauthUsername": "jörg", "oauthPassword": "päß wörd%&+"}
    with open_client(emulator, user | {"clientId": emulator.client_id}) as client:
        client.send(platform_request())
    assert kinds(emulator) == ["token", "mail"]


def test_each_tenant_has_its_own_token(emulator: Emulator, client: AuthorizedClient) -> None:
    """A token belongs to one realm."""
    for tenant_id in ("acme", "other", "acme"):
        client.send(platform_request(tenant_id=tenant_id))
    assert kinds(emulator) == ["token", "mail", "token", "mail", "mail"]
    assert set(emulator.tenants) == {"acme", "other"}


def test_each_named_set_has_its_own_token(emulator: Emulator) -> None:
    """Two sets may have different permissions although their token endpoint is the same."""
    sets = {"one": client_credentials(emulator), "two": client_credentials(emulator)}
    with open_client(emulator, {"credentials": sets}) as client:
        for name in ("one", "two", "one"):
            client.send(platform_request(credentials=name))
    assert kinds(emulator) == ["token", "mail", "token", "mail", "mail"]


def test_tenants_with_the_same_token_url_share_its_token(emulator: Emulator) -> None:
    """An administrator's token of the master realm is used for all of them."""
    master = TOKEN_URL.replace("acme", "master")
    emulator.order(*[Fault(200, '{"status": "OK"}', on="mail")] * 2)
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": master}) as client:
        client.send(platform_request(tenant_id="one"))
        client.send(platform_request(tenant_id="two"))
    assert kinds(emulator) == ["token", "mail", "mail"]
    assert len({request.header("authorization") for request in emulator.requests[1:]}) == 1


def test_threads_share_the_token(emulator: Emulator, client: AuthorizedClient) -> None:
    """Four resources at the same time need one, and one more when it is refused."""
    for fetched in (1, 2):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client.send, [platform_request()] * 12))
        assert kinds(emulator).count("token") == fetched
        emulator.revoke_tokens()


def test_an_expired_token_is_not_sent(emulator: Emulator, client: AuthorizedClient) -> None:
    """One that lives for no time is not kept, so it is never sent twice."""
    short = json.dumps({"access_token": emulator.token, "expires_in": 0})
    emulator.order(Fault(200, short, on="token"), Fault(200, short, on="token"))
    client.send(platform_request())
    client.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "token", "mail"]


def test_ssms_uses_the_token_url_of_its_credentials(emulator: Emulator) -> None:
    """Its own token endpoint is not documented."""
    url = "https://login.example.com/auth/realms/{tenantId}/protocol/openid-connect/token"
    with open_client(emulator, client_credentials(emulator) | {"tokenUrl": url}) as client:
        client.send(platform_request("ssms", tenant_id="ACME"))
    assert [request.header("host") for request in emulator.requests] == [
        "login.example.com",
        "ACME.idp.example.com",
    ]


def refusal(emulator: Emulator, **settings: str) -> SmtpConfigError:
    """Return why nothing was sent to the mail endpoint."""
    with open_client(emulator, settings) as client, pytest.raises(SmtpConfigError) as error:
        client.send(platform_request("ssms" if "tokenUrl" in settings else "shift"))
    assert "mail" not in kinds(emulator)
    return error.value


def test_wrong_credentials_reach_no_mail_endpoint(emulator: Emulator) -> None:
    """The error quotes the token endpoint and names the setting, but not the secret."""
    error = refusal(emulator, clientId=emulator.client_id, clientSecret="c4n4ry-secret")
    assert type(error) is TokenNotGranted
    assert "Invalid client or Invalid client credentials" in error.happened
    assert "smtpconfig:clientId" in error.remedy
    assert "c4n4ry" not in str(error)


def test_a_token_url_without_https_is_not_used(emulator: Emulator) -> None:
    """The template is checked before anything is sent."""
    settings = client_credentials(emulator) | {"tokenUrl": "http://{hostname}/token"}
    assert type(refusal(emulator, **settings)) is ConfigurationError
    assert not emulator.requests


def test_a_refused_token_is_renewed_once_and_the_request_repeated(
    emulator: Emulator, client: AuthorizedClient
) -> None:
    """A restart of the platform goes unnoticed."""
    client.send(platform_request())
    emulator.revoke_tokens()
    client.send(platform_request(user="another"))
    assert kinds(emulator) == ["token", "mail", "mail", "token", "mail"]
    assert emulator.tenants["acme"]["user"] == "another"
    old, new = (emulator.requests[place].header("authorization") for place in (2, 4))
    assert old != new


def test_a_refused_fresh_token_is_an_error(emulator: Emulator, client: AuthorizedClient) -> None:
    """After one fresh token and one repeat, the error quotes the platform and names the source."""
    emulator.order(UNAUTHORIZED, UNAUTHORIZED)
    with pytest.raises(Refused, match="401 Unauthorized") as caught:
        client.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "token", "mail"]
    assert "fresh token" in caught.value.happened
    assert "smtpconfig:clientId" in caught.value.remedy
    assert TOKEN_URL in str(caught.value)
    assert '"HTTP 401 Unauthorized"' in caught.value.happened


def test_a_refusal_after_a_lost_response_leaves_the_outcome_unknown(
    emulator: Emulator, retrying: AuthorizedClient
) -> None:
    """That the token has expired meanwhile does not say whether the first try was applied."""
    emulator.order(LOST, UNAUTHORIZED, UNAUTHORIZED)
    with pytest.raises(OutcomeUnknown, match="401"):
        retrying.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "token", "mail"]


def test_without_a_fresh_token_the_error_says_why_there_is_none(
    emulator: Emulator, client: AuthorizedClient
) -> None:
    """The refused token is gone, so its replacement is what the user has to fix."""
    client.send(platform_request())
    emulator.revoke_tokens()
    emulator.client_secret = "rotated"
    with pytest.raises(TokenNotGranted, match="Invalid client"):
        client.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "token"]


def test_without_a_fresh_token_a_lost_response_still_leaves_the_outcome_unknown(
    emulator: Emulator, retrying: AuthorizedClient
) -> None:
    """What prevents the repeat says nothing about the first try."""
    retrying.send(platform_request())
    emulator.order(LOST, UNAUTHORIZED, Fault(401, "{}", on="token"))
    with pytest.raises(OutcomeUnknown, match="token"):
        retrying.send(platform_request())
