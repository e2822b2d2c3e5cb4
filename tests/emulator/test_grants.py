"""Whom the token endpoint grants tokens, and how it refuses others; measured on Keycloak 26.4.0."""

from base64 import b64encode
from urllib.parse import quote_plus

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import SHIFT, send
from tests.emulator.tokens import CLIENT, SECRET, ask, refusal

USER = {"grant_type": "password", "client_id": "pulumi", "username": "ü", "password": "p w"}
NO_CLIENT = "Invalid client or Invalid client credentials"


@pytest.fixture
def platform(emulator: Emulator) -> Emulator:
    """A platform with a known secret and a user."""
    emulator.client_secret = SECRET
    emulator.users["ü"] = "p w"
    return emulator


def basic(client: str, secret: str) -> str:
    """HTTP Basic's value, its parts encoded as OAuth2 wants."""
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return "Basic " + b64encode(pair.encode()).decode()


def without(form: dict[str, str], *names: str) -> dict[str, str]:
    """The form without some fields."""
    return {name: value for name, value in form.items() if name not in names}


@pytest.mark.parametrize(
    ("form", "authorization"),
    [
        pytest.param(CLIENT, "", id="a client in the form"),
        pytest.param(
            {"grant_type": "client_credentials"}, basic("pulumi", SECRET), id="HTTP Basic"
        ),
        pytest.param(without(CLIENT, "client_secret"), basic("pulumi", SECRET), id="both"),
        pytest.param(CLIENT, basic("other", "wrong"), id="both, where the form wins"),
        pytest.param(USER, "", id="a user"),
        pytest.param({**USER, "client_secret": SECRET}, "", id="a user and a client's secret"),
        pytest.param(without(USER, "client_id"), basic("pulumi", ""), id="a user by HTTP Basic"),
    ],
)
def test_a_client_or_a_user_gets_a_token(
    platform: Emulator, form: dict[str, str], authorization: str
) -> None:
    """The answer is a bearer token that no cache may keep, and that opens the realm."""
    answer = ask(platform, form, Authorization=authorization)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    token = answer.json()
    bearer = f"{token['token_type']} {token.pop('access_token')}"
    assert token == {
        "expires_in": 60,
        "refresh_expires_in": 0,
        "token_type": "Bearer",
        "not-before-policy": 0,
        "scope": "email profile",
    }
    assert send(platform.environment, SHIFT, Authorization=bearer).status_code == 200


@pytest.mark.parametrize(
    ("form", "authorization", "error"),
    [
        pytest.param({**CLIENT, "client_id": "x"}, "", "invalid_client", id="another client"),
        pytest.param(without(CLIENT, "client_id"), "", "invalid_client", id="no client"),
        pytest.param(
            {**CLIENT, "client_id": "x"},
            basic("pulumi", SECRET),
            "invalid_client",
            id="the form wins",
        ),
        pytest.param({"grant_type": "password"}, "Basic x", "invalid_client", id="no HTTP Basic"),
        pytest.param({**CLIENT, "client_secret": "x"}, "", "unauthorized_client", id="wrong"),
        pytest.param({**CLIENT, "client_secret": ""}, "", "unauthorized_client", id="empty"),
        pytest.param(without(CLIENT, "client_secret"), "", "unauthorized_client", id="no secret"),
        pytest.param(
            {**USER, "client_secret": "x"}, "", "unauthorized_client", id="wrong for user"
        ),
    ],
)
def test_a_client_that_is_unknown_or_unproved_is_refused(
    platform: Emulator, form: dict[str, str], authorization: str, error: str
) -> None:
    """Keycloak has two errors for it and one description."""
    answer = ask(platform, form, Authorization=authorization)
    assert refusal(answer) == (401, error, NO_CLIENT)


@pytest.mark.parametrize(
    "form",
    [
        {**USER, "password": "wrong"},
        {**USER, "username": "nobody"},
        {**USER, "username": ""},
        without(USER, "password"),
    ],
)
def test_only_a_users_own_password_admits(platform: Emulator, form: dict[str, str]) -> None:
    """Nothing tells whether the name or the password was wrong."""
    answer = ask(platform, form)
    assert refusal(answer) == (401, "invalid_grant", "Invalid user credentials")


@pytest.mark.parametrize("missing", [["username"], ["username", "password"]])
def test_a_user_without_a_name_is_no_user(platform: Emulator, missing: list[str]) -> None:
    """The field is told to be missing, as 401 all the same."""
    answer = ask(platform, without(USER, *missing))
    assert refusal(answer) == (401, "invalid_request", "Missing parameter: username")


def test_another_secret_or_password_counts_at_once(platform: Emulator) -> None:
    """After a rotation the former ones are refused."""
    platform.client_secret = platform.users["ü"] = "rotated"
    assert [ask(platform, form).status_code for form in (CLIENT, USER)] == [401, 401]
    rotated = [{**CLIENT, "client_secret": "rotated"}, {**USER, "password": "rotated"}]
    assert [ask(platform, form).status_code for form in rotated] == [200, 200]
