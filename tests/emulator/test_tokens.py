"""Measured on Keycloak 26.4.0."""

import time
from base64 import b64encode
from urllib.parse import quote_plus

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import CLIENT, FORM, SECRET, SHIFT, SSMS, TOKEN, ask, granted, send

USER = {"grant_type": "password", "client_id": "pulumi", "username": "ü", "password": "p w"}
BAD_CLIENT = "Invalid client or Invalid client credentials"


@pytest.fixture
def platform(emulator: Emulator) -> Emulator:
    """A platform with a known secret and a user."""
    emulator.client_secret = SECRET
    emulator.users["ü"] = "p w"
    return emulator


def basic(client: str, secret: str) -> str:
    """Return an HTTP Basic header, form-encoded as OAuth2 requires."""
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return "Basic " + b64encode(pair.encode()).decode()


def without(form: dict[str, str], *names: str) -> dict[str, str]:
    """Return the form without some fields."""
    return {name: value for name, value in form.items() if name not in names}


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Return status, error and description of a refusal, which holds nothing else."""
    assert response.headers["Cache-Control"] == "no-store"
    error: dict[str, str] = response.json()
    assert list(error) == ["error", "error_description"]
    return response.status_code, error["error"], error["error_description"]


def status(emulator: Emulator, token: str, url: str = SHIFT) -> int:
    """Send settings with the token, and return the status of the response."""
    return send(emulator.environment, url, Authorization=f"Bearer {token}").status_code


@pytest.mark.parametrize(
    ("form", "authorization"),
    [
        pytest.param(CLIENT, "", id="client in the form"),
        pytest.param(
            {"grant_type": "client_credentials"}, basic("pulumi", SECRET), id="client by HTTP Basic"
        ),
        pytest.param(
            without(CLIENT, "client_secret"), basic("pulumi", SECRET), id="client in both"
        ),
        pytest.param(CLIENT, basic("other", "wrong"), id="form wins over HTTP Basic"),
        pytest.param(USER, "", id="user"),
        pytest.param({**USER, "client_secret": SECRET}, "", id="user and client secret"),
        pytest.param(without(USER, "client_id"), basic("pulumi", ""), id="user by HTTP Basic"),
    ],
)
def test_a_client_or_a_user_gets_a_token(
    platform: Emulator, form: dict[str, str], authorization: str
) -> None:
    """The response is a bearer token for the realm, which no cache may store."""
    response = ask(platform, form, Authorization=authorization)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    token = response.json()
    access_token = token.pop("access_token")
    assert token == {
        "expires_in": 60,
        "refresh_expires_in": 0,
        "token_type": "Bearer",
        "not-before-policy": 0,
        "scope": "email profile",
    }
    assert status(platform, access_token) == 200


@pytest.mark.parametrize(
    ("form", "authorization", "error"),
    [
        pytest.param({**CLIENT, "client_id": "x"}, "", "invalid_client", id="another client"),
        pytest.param(without(CLIENT, "client_id"), "", "invalid_client", id="no client"),
        pytest.param(
            {**CLIENT, "client_id": "x"},
            basic("pulumi", SECRET),
            "invalid_client",
            id="form wins over HTTP Basic",
        ),
        pytest.param(
            {"grant_type": "password"}, "Basic x", "invalid_client", id="invalid HTTP Basic"
        ),
        pytest.param({**CLIENT, "client_secret": "x"}, "", "unauthorized_client", id="wrong"),
        pytest.param({**CLIENT, "client_secret": ""}, "", "unauthorized_client", id="empty"),
        pytest.param(without(CLIENT, "client_secret"), "", "unauthorized_client", id="no secret"),
        pytest.param(
            {**USER, "client_secret": "x"}, "", "unauthorized_client", id="wrong for user"
        ),
    ],
)
def test_an_unknown_client_or_a_wrong_secret_is_refused(
    platform: Emulator, form: dict[str, str], authorization: str, error: str
) -> None:
    """Keycloak has two errors for it, with the same description."""
    response = ask(platform, form, Authorization=authorization)
    assert refusal(response) == (401, error, BAD_CLIENT)


@pytest.mark.parametrize(
    "form",
    [
        {**USER, "password": "wrong"},
        {**USER, "username": "nobody"},
        {**USER, "username": ""},
        without(USER, "password"),
    ],
)
def test_a_user_needs_the_right_password(platform: Emulator, form: dict[str, str]) -> None:
    """The error does not tell whether the name or the password was wrong."""
    assert refusal(ask(platform, form)) == (401, "invalid_grant", "Invalid user credentials")


@pytest.mark.parametrize("missing", [["username"], ["username", "password"]])
def test_a_missing_username_is_a_401(platform: Emulator, missing: list[str]) -> None:
    """The description names the field."""
    response = ask(platform, without(USER, *missing))
    assert refusal(response) == (401, "invalid_request", "Missing parameter: username")


def test_a_new_secret_or_password_takes_effect_at_once(platform: Emulator) -> None:
    """After a rotation the old ones are refused."""
    platform.client_secret = platform.users["ü"] = "rotated"
    assert [ask(platform, form).status_code for form in (CLIENT, USER)] == [401, 401]
    rotated = [{**CLIENT, "client_secret": "rotated"}, {**USER, "password": "rotated"}]
    assert [ask(platform, form).status_code for form in rotated] == [200, 200]


def test_other_grant_types_are_unsupported(platform: Emulator) -> None:
    """The grant type is checked before the client."""
    response = ask(platform, {"grant_type": "refresh_token"})
    assert refusal(response) == (400, "unsupported_grant_type", "Unsupported grant_type")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", ""])
def test_a_body_without_the_content_type_of_a_form_has_no_fields(
    platform: Emulator, media_type: str
) -> None:
    """Keycloak then misses the grant type; it accepts a charset."""
    missing = (400, "invalid_request", "Missing form parameter: grant_type")
    assert refusal(ask(platform, CLIENT, **{"Content-Type": media_type})) == missing
    assert refusal(ask(platform, {})) == missing
    charset = {"Content-Type": FORM.upper() + "; charset=UTF-8"}
    assert ask(platform, CLIENT, **charset).status_code == 200


def test_a_duplicate_field_is_refused(platform: Emulator) -> None:
    """Even if both values are the same."""
    ask(platform, CLIENT)
    (request,) = platform.requests
    assert dict(request.form()) == CLIENT
    duplicate = request.body + b"&client_id=pulumi"
    response = send(platform.environment, TOKEN, duplicate, **{"Content-Type": FORM})
    assert refusal(response) == (400, "invalid_request", "duplicated parameter")


def test_any_scope_is_granted(platform: Emulator) -> None:
    """The response repeats the requested scope."""
    response = ask(platform, {**CLIENT, "scope": "openid mail"})
    assert response.json()["scope"] == "openid mail"


@pytest.mark.parametrize(
    ("realm", "url"),
    [
        pytest.param("acme", SHIFT, id="SHIFT"),
        pytest.param("DEV3", SSMS, id="SSMS, where the realm is the first label"),
        pytest.param("a%2Fb", SHIFT.replace("acme", "a%2Fb"), id="an encoded name"),
    ],
)
def test_a_granted_token_is_only_valid_for_its_realm(
    emulator: Emulator, realm: str, url: str
) -> None:
    """It sets the settings of the tenant of the same name; case matters."""
    token = granted(emulator, realm)
    assert status(emulator, token, url) == 200
    for other in ("other", realm.swapcase()):
        assert status(emulator, token, url.replace(realm, other)) == 401
    assert len(emulator.tenants) == 1


def test_a_granted_token_is_as_long_as_a_jwt(emulator: Emulator) -> None:
    """A client that truncates tokens or drops dots fails; no two tokens are the same."""
    first, second = granted(emulator), granted(emulator)
    assert first != second
    assert first.startswith("eyJ")
    assert first.count(".") == 2
    assert len(first) > 1000
    assert (status(emulator, first), status(emulator, second)) == (200, 200)
    assert status(emulator, first[:-1]) == 401


def test_a_granted_token_expires() -> None:
    """It is then refused like any wrong token, and a new one can be granted."""
    with Emulator(token_lifetime=0.1) as emulator:
        token = granted(emulator)
        time.sleep(0.1)
        response = send(emulator.environment, SHIFT, Authorization=f"Bearer {token}")
        assert (response.status_code, response.json()) == (401, {"error": "HTTP 401 Unauthorized"})
        assert granted(emulator) != token


@pytest.mark.parametrize(("lifetime", "seconds"), [(900, 900), (2.9, 2), (0.2, 1)])
def test_expires_in_is_in_whole_seconds(lifetime: float, seconds: int) -> None:
    """It is rounded down, and at least 1, even if the token expires earlier."""
    with Emulator(token_lifetime=lifetime) as emulator:
        response = ask(emulator, {**CLIENT, "client_secret": emulator.client_secret})
        assert response.json()["expires_in"] == seconds


def test_revoking_tokens_keeps_the_fixed_one(emulator: Emulator) -> None:
    """As after a restart, tokens granted so far are refused; new ones are accepted."""
    old = granted(emulator)
    emulator.revoke_tokens()
    assert status(emulator, old) == 401
    assert status(emulator, granted(emulator)) == 200
    assert status(emulator, emulator.token) == 200


def test_a_new_fixed_token_takes_effect_at_once(emulator: Emulator) -> None:
    """After a rotation the old one is refused; granted tokens stay valid."""
    old, other = emulator.token, granted(emulator)
    emulator.token = "rotated"
    assert [status(emulator, token) for token in (old, "rotated", other)] == [401, 200, 200]
    assert emulator.environment["SMTPCONFIG_TOKEN"] == "rotated"
