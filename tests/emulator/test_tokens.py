"""The tokens that the emulator grants: whom they admit, where, and how long."""

import time

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import SHIFT, SSMS, send
from tests.emulator.tokens import CLIENT, ask, granted


def status(emulator: Emulator, token: str, url: str = SHIFT) -> int:
    """The status of the answer to settings that are sent with the token."""
    return send(emulator.environment, url, Authorization=f"Bearer {token}").status_code


@pytest.mark.parametrize(
    ("realm", "url"),
    [
        pytest.param("acme", SHIFT, id="SHIFT"),
        pytest.param("DEV3", SSMS, id="SSMS, where the realm is the first label"),
        pytest.param("a%2Fb", SHIFT.replace("acme", "a%2Fb"), id="an encoded name"),
    ],
)
def test_a_token_opens_its_realm_alone(emulator: Emulator, realm: str, url: str) -> None:
    """It sets the mail settings of the tenant of the same name, and of none in another case."""
    token = granted(emulator, realm)
    assert status(emulator, token, url) == 200
    for other in ("other", realm.swapcase()):
        assert status(emulator, token, url.replace(realm, other)) == 401
    assert len(emulator.tenants) == 1


def test_a_token_is_long_and_looks_like_a_jwt(emulator: Emulator) -> None:
    """A client that cuts tokens short, or keeps no dots, is noticed; no two are the same."""
    first, second = granted(emulator), granted(emulator)
    assert first != second
    assert first.startswith("eyJ")
    assert first.count(".") == 2
    assert len(first) > 1000
    assert (status(emulator, first), status(emulator, second)) == (200, 200)
    assert status(emulator, first[:-1]) == 401


def test_a_token_dies_after_its_life() -> None:
    """It is then refused as any wrong token is, and a new one may be had."""
    with Emulator(token_lifetime=0.1) as emulator:
        token = granted(emulator)
        time.sleep(0.1)
        answer = send(emulator.environment, SHIFT, Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()) == (401, {"error": "HTTP 401 Unauthorized"})
        assert granted(emulator) != token


@pytest.mark.parametrize(("lifetime", "told"), [(900, 900), (2.9, 2), (0.2, 1)])
def test_a_life_is_told_in_whole_seconds(lifetime: float, told: int) -> None:
    """It is rounded down, and at least 1, so that a shorter life ends earlier than was told."""
    with Emulator(token_lifetime=lifetime) as emulator:
        answer = ask(emulator, {**CLIENT, "client_secret": emulator.client_secret})
        assert answer.json()["expires_in"] == told


def test_revoking_spares_the_fixed_token(emulator: Emulator) -> None:
    """As after a restart, granted tokens are refused, new ones and the fixed one are not."""
    old = granted(emulator)
    emulator.revoke_tokens()
    assert status(emulator, old) == 401
    assert status(emulator, granted(emulator)) == 200
    assert status(emulator, emulator.token) == 200


def test_another_fixed_token_counts_at_once(emulator: Emulator) -> None:
    """After a rotation the former token is refused, granted ones are not."""
    former, other = emulator.token, granted(emulator)
    emulator.token = "rotated"
    assert [status(emulator, token) for token in (former, "rotated", other)] == [401, 200, 200]
    assert emulator.environment["SMTPCONFIG_TOKEN"] == "rotated"
