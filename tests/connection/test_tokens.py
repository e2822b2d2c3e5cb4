"""TokenCache that OAuth2 grants: one for all who may share it, and none from a wrong place."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError, TokenNotGranted
from tests.connection.opened import client, connection_to, kinds
from tests.connection.platform_request import platform_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.connection import Connection

TOKEN_URL = "https://idp.example.com/auth/realms/acme/protocol/openid-connect/token"


@pytest.fixture
def connection(emulator: Emulator) -> Iterator[Connection]:
    """A connection whose default set is the emulator's client."""
    with connection_to(emulator, client(emulator)) as opened:
        yield opened


def test_a_token_is_granted_before_the_first_request_and_kept(
    emulator: Emulator, connection: Connection
) -> None:
    """Three updates of a tenant cost one token."""
    for _ in range(3):
        connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "mail"]


def test_a_user_signs_in_with_the_password_grant(emulator: Emulator) -> None:
    """With a user's name and password no client secret is needed."""
    emulator.users["jörg"] = "päß wörd%&+"
    user = {"oauthUsername": "jörg", "oauthPassword": "päß wörd%&+"}
    with connection_to(emulator, user | {"clientId": emulator.client_id}) as connection:
        connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail"]


def test_each_tenant_has_a_token_of_its_own(emulator: Emulator, connection: Connection) -> None:
    """A token belongs to one realm."""
    for tenant_id in ("acme", "other", "acme"):
        connection.send(platform_request(tenant_id=tenant_id))
    assert kinds(emulator) == ["token", "mail", "token", "mail", "mail"]
    assert set(emulator.tenants) == {"acme", "other"}


def test_each_set_has_a_token_of_its_own(emulator: Emulator) -> None:
    """Two sets may differ in what they may do, though their token endpoint is the same."""
    sets = {"one": client(emulator), "two": client(emulator)}
    with connection_to(emulator, {"credentials": sets}) as connection:
        for name in ("one", "two", "one"):
            connection.send(platform_request(credentials=name))
    assert kinds(emulator) == ["token", "mail", "token", "mail", "mail"]


def test_tenants_of_one_token_url_share_its_token(emulator: Emulator) -> None:
    """An administrator's token of the master realm serves them all."""
    master = TOKEN_URL.replace("acme", "master")
    emulator.order(*[Fault(200, '{"status": "OK"}', on="mail")] * 2)
    with connection_to(emulator, client(emulator) | {"tokenUrl": master}) as connection:
        connection.send(platform_request(tenant_id="one"))
        connection.send(platform_request(tenant_id="two"))
    assert kinds(emulator) == ["token", "mail", "mail"]
    assert len({request.header("authorization") for request in emulator.requests[1:]}) == 1


def test_threads_share_the_token(emulator: Emulator, connection: Connection) -> None:
    """Four resources at once ask for one."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(connection.send, [platform_request()] * 12))
    assert kinds(emulator) == ["token"] + ["mail"] * 12


def test_a_token_is_replaced_before_its_end(emulator: Emulator, connection: Connection) -> None:
    """One that lives for no time is not kept, so the platform never sees it twice."""
    short = json.dumps({"access_token": emulator.token, "expires_in": 0})
    emulator.order(Fault(200, short, on="token"), Fault(200, short, on="token"))
    connection.send(platform_request())
    connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "token", "mail"]


def refused(emulator: Emulator, **settings: str) -> SmtpConfigError:
    """Return why nothing was sent to the mail endpoint."""
    with connection_to(emulator, settings) as connection, pytest.raises(SmtpConfigError) as error:
        connection.send(platform_request("ssms" if "tokenUrl" in settings else "shift"))
    assert "mail" not in kinds(emulator)
    return error.value


def test_wrong_credentials_reach_no_mail_endpoint(emulator: Emulator) -> None:
    """The token endpoint's words and the place of the credentials are told, the secret is not."""
    error = refused(emulator, clientId=emulator.client_id, clientSecret="c4n4ry-secret")
    assert type(error) is TokenNotGranted
    assert "Invalid client or Invalid client credentials" in error.happened
    assert "smtpconfig:clientId" in error.remedy
    assert "c4n4ry" not in str(error)


def test_ssms_takes_the_token_of_its_token_url(emulator: Emulator) -> None:
    """Where no endpoint is documented the user's own one is asked."""
    url = "https://login.example.com/auth/realms/{tenantId}/protocol/openid-connect/token"
    with connection_to(emulator, client(emulator) | {"tokenUrl": url}) as connection:
        connection.send(platform_request("ssms", tenant_id="ACME"))
    assert [request.header("host") for request in emulator.requests] == [
        "login.example.com",
        "ACME.idp.example.com",
    ]


def test_a_token_url_that_is_no_https_url_is_asked_nothing(emulator: Emulator) -> None:
    """Secrets go over https, and the template is looked at before anything is sent."""
    settings = client(emulator) | {"tokenUrl": "http://{hostname}/token"}
    assert type(refused(emulator, **settings)) is ConfigurationError
    assert not emulator.requests
