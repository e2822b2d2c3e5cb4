"""Looks at tenants before they are adopted, on real connections: how long they may take."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.errors import SmtpConfigError
from pulumi_smtpconfig.lifecycle.adoption import Budget, Pace
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.authorized_client.clients import client_credentials, open_client, platform_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.emulator import Emulator

TENANTS = 30
MARGIN = 10.0
"""Seconds that a busy machine may add."""


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where connections are accepted and nothing is ever said."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_thirty_tenants_of_a_platform_that_hangs_take_no_longer_than_all_may(
    emulator: Emulator, acme: dict[str, Any], silent_address: str
) -> None:
    """Their reads share one limit, and how many were not looked at is told."""
    pace = Pace(tenant=0.5, total=1.2)
    settings = {"token": "t", "readBack": "admin", "connectTo": silent_address, "retries": "3"}
    tenants = [acme | {"platform": "shift", "tenantId": f"t{n}"} for n in range(TENANTS)]
    warnings: list[str] = []
    with open_client(emulator, settings) as client, ThreadPoolExecutor(4) as threads:
        lifecycle = Lifecycle(client, warnings.append, pace)
        began = time.monotonic()
        list(threads.map(lambda tenant: lifecycle.check(tenant, is_new=True), tenants))
        assert time.monotonic() - began < pace.total + MARGIN
    assert warnings
    assert warnings[0].startswith("The 1.2 s for reading what tenants have before they are ")
    assert int(warnings[-1].partition("so far: ")[2].partition(".")[0]) > TENANTS / 2


def test_a_fast_platform_is_looked_at_throughout(emulator: Emulator, acme: dict[str, Any]) -> None:
    """Every tenant is told of."""
    settings = {"token": emulator.token, "readBack": "admin"}
    tenants = [acme | {"platform": "shift", "tenantId": f"t{n}"} for n in range(TENANTS)]
    warnings: list[str] = []
    with open_client(emulator, settings) as client, ThreadPoolExecutor(4) as threads:
        lifecycle = Lifecycle(client, warnings.append)
        list(threads.map(lambda tenant: lifecycle.check(tenant, is_new=True), tenants))
    assert len([line for line in warnings if "has no mail settings yet" in line]) == TENANTS


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 0.3])
def test_a_read_that_has_no_time_left_fails_as_one_that_has_too_little(
    emulator: Emulator, silent_address: str, seconds: float
) -> None:
    """With an error of ours, and no second try."""
    request = platform_request()._replace(method="GET", body=None)
    settings = {"token": "t", "connectTo": silent_address, "retries": "3"}
    with open_client(emulator, settings) as client, pytest.raises(SmtpConfigError) as caught:
        client.read(request, seconds)
    assert "tries" not in str(caught.value)


def test_a_token_that_is_fetched_for_a_look_serves_what_follows(emulator: Emulator) -> None:
    """The token endpoint is asked once, and a refused token is not renewed for a look."""
    url = "https://idp.example.com/auth/admin/realms/acme"
    request = platform_request()._replace(method="GET", url=url, body=None)
    with open_client(emulator, client_credentials(emulator)) as client:
        assert client.read(request, 10).content["realm"] == "acme"
        client.read(request)
        emulator.revoke_tokens()
        with pytest.raises(SmtpConfigError, match="401"):
            client.read(request, 10)
        client.read(request)
    kinds = [request.path.rpartition("/")[2] for request in emulator.requests]
    assert kinds == ["token", "acme", "acme", "acme", "acme", "token", "acme"]


def test_what_is_left_of_the_time_of_all_limits_the_time_of_one() -> None:
    """The last tenants get less, and then none."""
    budget = Budget(Pace(tenant=60, total=60))
    with budget.one_tenant() as seconds:
        assert seconds == 60
        time.sleep(0.2)
    with budget.one_tenant() as seconds:
        assert seconds <= 59.8
    budget = Budget(Pace(tenant=5, total=0.1))
    with budget.one_tenant():
        time.sleep(0.2)
    with budget.one_tenant() as seconds:
        assert seconds == 0
