"""A token that is refused is replaced once, whoever met the refusal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import OutcomeUnknown, Refused, TokenNotGranted
from tests.connection.opened import client, connection_to, kinds
from tests.connection.platform_request import platform_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.connection import Connection

TOKEN_URL = "https://idp.example.com/auth/realms/acme/protocol/openid-connect/token"
UNAUTHORIZED = Fault(401, '{"error": "HTTP 401 Unauthorized"}', on="mail")


@pytest.fixture
def connection(emulator: Emulator) -> Iterator[Connection]:
    """A connection whose default set is the emulator's client."""
    with connection_to(emulator, client(emulator)) as opened:
        yield opened


def test_a_refused_token_is_replaced_once_and_the_request_repeated(
    emulator: Emulator, connection: Connection
) -> None:
    """After the platform's restart the user notices nothing."""
    connection.send(platform_request())
    emulator.revoke_tokens()
    connection.send(platform_request(user="another"))
    assert kinds(emulator) == ["token", "mail", "mail", "token", "mail"]
    assert emulator.tenants["acme"]["user"] == "another"
    old, new = (emulator.requests[place].header("authorization") for place in (2, 4))
    assert old != new


def test_a_second_refusal_is_told_with_source_and_words(
    emulator: Emulator, connection: Connection
) -> None:
    """Exactly one fresh token and one repeat; then it is not the token's age."""
    emulator.order(UNAUTHORIZED, UNAUTHORIZED)
    with pytest.raises(Refused, match="401 Unauthorized") as caught:
        connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "token", "mail"]
    assert "fresh token" in caught.value.happened
    assert "smtpconfig:clientId" in caught.value.remedy
    assert TOKEN_URL in str(caught.value)
    assert '"HTTP 401 Unauthorized"' in caught.value.happened


def test_a_refused_token_does_not_cost_one_for_each_thread(
    emulator: Emulator, connection: Connection
) -> None:
    """Who meets the refusal late finds the fresh token of who met it first."""
    connection.send(platform_request())
    emulator.revoke_tokens()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(connection.send, [platform_request()] * 12))
    assert kinds(emulator).count("token") == 2


def test_a_refusal_after_a_try_that_may_have_been_taken_is_unknown(emulator: Emulator) -> None:
    """The token's end in the middle does not tell what became of the lost request."""
    lost = Fault(cut="header", applied=True, on="mail")
    emulator.order(lost, UNAUTHORIZED, UNAUTHORIZED)
    with (
        connection_to(emulator, client(emulator) | {"retries": "1"}) as connection,
        pytest.raises(OutcomeUnknown, match="401"),
    ):
        connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "token", "mail"]


def test_a_refusal_without_a_fresh_token_says_why_there_is_none(
    emulator: Emulator, connection: Connection
) -> None:
    """The old token is gone and nothing replaces it: that is what the user has to see to."""
    connection.send(platform_request())
    emulator.revoke_tokens()
    emulator.client_secret = "rotated"
    with pytest.raises(TokenNotGranted, match="Invalid client"):
        connection.send(platform_request())
    assert kinds(emulator) == ["token", "mail", "mail", "token"]


def test_without_a_fresh_token_a_lost_request_is_still_unknown(emulator: Emulator) -> None:
    """What stopped the repeat says nothing on the first try."""
    lost = Fault(cut="header", applied=True, on="mail")
    refused = Fault(401, "{}", on="token")
    with connection_to(emulator, client(emulator) | {"retries": "1"}) as connection:
        connection.send(platform_request())
        emulator.order(lost, UNAUTHORIZED, refused)
        with pytest.raises(OutcomeUnknown, match="token"):
            connection.send(platform_request())
