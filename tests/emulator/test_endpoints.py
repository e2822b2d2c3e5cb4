from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import (
    REALM,
    SETTINGS,
    SHIFT,
    SSMS,
    UPDATED,
    ask,
    granted,
    read,
    send,
)

INCOMPLETE = "Host and From is mandatory to update Email Configuration."
MASK = "*" * 10
UNAUTHORIZED = (401, {"error": "HTTP 401 Unauthorized"})
FORBIDDEN = (403, {"error": "HTTP 403 Forbidden"})
REALM_NOT_FOUND = (404, {"error": "Realm not found."})
PATH_NOT_FOUND = (404, {"error": "HTTP 404 Not Found"})
BASE_PATH_NOT_FOUND = (404, {"error": "Unable to find matching target resource method"})
BAD_AUTHORIZATIONS = ["", "Bearer", "Bearer wrong", "{token}", "Basic {token}"]


def result(response: httpx.Response) -> tuple[int, object]:
    """Return status and body."""
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("url", "tenant"),
    [
        pytest.param(SSMS, "DEV3", id="SSMS takes the first label and keeps its case"),
        pytest.param(SHIFT, "acme", id="SHIFT takes the path segment"),
        pytest.param(SHIFT.replace("acme", "Acme"), "Acme", id="SHIFT keeps the case"),
        pytest.param(SHIFT.replace("acme", "a%2Fb%20%C3%BC"), "a/b ü", id="SHIFT decodes it"),
        pytest.param(SHIFT.replace("acme", "a%252Fb"), "a%2Fb", id="SHIFT decodes it only once"),
    ],
)
def test_each_endpoint_stores_the_settings_of_its_tenant(
    emulator: Emulator, url: str, tenant: str
) -> None:
    """A POST to a documented endpoint returns the documented body and sets only that tenant."""
    assert result(send(emulator.environment, url)) == (200, UPDATED)
    assert emulator.tenants == {tenant: SETTINGS}


def test_settings_are_replaced_and_not_merged(emulator: Emulator) -> None:
    """After two POSTs a tenant has only the settings of the second."""
    send(emulator.environment, SHIFT)
    send(emulator.environment, SHIFT, {"host": "other.example.com", "from": "b@example.com"})
    assert emulator.tenants["acme"] == {"host": "other.example.com", "from": "b@example.com"}


def test_settings_are_stored_as_strings(emulator: Emulator) -> None:
    """The platform stores a map of strings, so typed values become text."""
    send(emulator.environment, SHIFT, {**SETTINGS, "port": 587, "ssl": True, "user": None})
    assert emulator.tenants["acme"] == {**SETTINGS, "port": "587", "ssl": "true"}


@pytest.mark.parametrize("missing", ["host", "from"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_host_and_from_are_mandatory(emulator: Emulator, missing: str, value: str | None) -> None:
    """Without host or from the response is the documented 400, and nothing is stored."""
    response = send(emulator.environment, SHIFT, {**SETTINGS, missing: value})
    body = {"message": INCOMPLETE, "status": "BAD_REQUEST", "subSystem": 8}
    assert result(response) == (400, body)
    assert emulator.tenants == {}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"host": {}}', b"\xff"])
def test_settings_must_be_a_json_object_of_plain_values(emulator: Emulator, body: bytes) -> None:
    """Any other body is a 400."""
    assert result(send(emulator.environment, SHIFT, body)) == (400, {"error": "unknown_error"})


def test_another_content_type_is_refused(emulator: Emulator) -> None:
    """The Content-Type of settings must be JSON."""
    response = send(emulator.environment, SHIFT, **{"Content-Type": "text/plain"})
    assert result(response) == (415, {"error": "HTTP 415 Unsupported Media Type"})


@pytest.mark.parametrize("authorization", BAD_AUTHORIZATIONS)
def test_settings_need_the_bearer_token(emulator: Emulator, authorization: str) -> None:
    """Any other authorization gets Keycloak's 401, and nothing is stored."""
    header = authorization.format(token=emulator.token)
    assert result(send(emulator.environment, SHIFT, Authorization=header)) == UNAUTHORIZED
    assert emulator.tenants == {}


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("POST", SSMS + "/", PATH_NOT_FOUND),
        ("POST", SHIFT + "/", PATH_NOT_FOUND),
        ("POST", SHIFT.replace("acme", "a/b"), PATH_NOT_FOUND),
        ("POST", SHIFT.replace("acme", ""), PATH_NOT_FOUND),
        ("GET", REALM + "/x", PATH_NOT_FOUND),
        ("POST", REALM.replace("/auth", "") + "/users", PATH_NOT_FOUND),
        ("GET", REALM.replace("acme", "a/b"), PATH_NOT_FOUND),
        ("POST", "https://idp.example.com/", BASE_PATH_NOT_FOUND),
        ("POST", SHIFT.replace("/auth", ""), PATH_NOT_FOUND),
        ("POST", SHIFT.replace("/auth", "/wrong"), BASE_PATH_NOT_FOUND),
        ("POST", "https://idp.example.com/auth/nothing", BASE_PATH_NOT_FOUND),
        ("POST", "https://idp.example.com/auth/realms", BASE_PATH_NOT_FOUND),
        ("GET", REALM.replace("/auth", "/wrong"), BASE_PATH_NOT_FOUND),
        ("GET", REALM.replace("/auth", "/auth/auth"), BASE_PATH_NOT_FOUND),
    ],
)
def test_any_other_path_is_not_found(
    emulator: Emulator, method: str, url: str, expected: tuple[int, object]
) -> None:
    """As on Keycloak, a wrong path, a wrong base path and a missing realm are different errors."""
    assert result(send(emulator.environment, url, method=method)) == expected


@pytest.mark.parametrize(
    ("url", "method", "allowed"),
    [(SSMS, method, "POST") for method in ("GET", "PUT", "DELETE")]
    + [(REALM, method, "GET, PUT") for method in ("POST", "PATCH", "DELETE")],
)
def test_another_method_is_not_allowed(
    emulator: Emulator, url: str, method: str, allowed: str
) -> None:
    """Settings are only set, and a realm is read and written."""
    response = send(emulator.environment, url, b"", method)
    assert result(response) == (405, {"error": "HTTP 405 Method Not Allowed"})
    assert response.headers["Allow"] == allowed


def test_if_tenants_are_given_no_others_exist() -> None:
    """A tenant in another case is an unknown realm too, whoever asks."""
    with Emulator(tenants=["acme"]) as emulator:
        unknown = send(emulator.environment, SHIFT.replace("acme", "ACME"))
        known = send(emulator.environment, SHIFT)
        unknown_to_tokens = ask(emulator, {}, "ACME")
        known_to_tokens = ask(emulator, {})
    assert result(unknown) == REALM_NOT_FOUND
    assert result(unknown_to_tokens) == (404, {"error": "Realm does not exist"})
    assert (known.status_code, known_to_tokens.status_code) == (200, 400)
    assert emulator.tenants == {"acme": SETTINGS}


def test_concurrent_clients_each_set_their_tenant(emulator: Emulator) -> None:
    """Threads that send settings of many tenants, under new host names, see all of them stored."""
    urls = [SSMS.replace("DEV3", f"tenant{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda url: send(emulator.environment, url), urls))
    assert {response.status_code for response in responses} == {200}
    assert sorted(emulator.tenants) == sorted(f"tenant{n}" for n in range(40))


def test_settings_are_read_as_stored(emulator: Emulator) -> None:
    """A realm has the settings of the last POST, including empty strings."""
    settings = {**SETTINGS, "replyTo": "", "user": ""}
    send(emulator.environment, SHIFT, settings)
    response = read(emulator)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")
    assert response.json()["realm"] == "acme"
    assert response.json()["smtpServer"] == {**settings, "password": MASK}


@pytest.mark.parametrize(
    ("password", "shown"), [("s3cret", MASK), ("", MASK), ("${vault.mail}", "${vault.mail}")]
)
def test_a_password_is_stored_and_read_masked(
    emulator: Emulator, password: str, shown: str
) -> None:
    """Ten asterisks replace any password, even an empty one; a vault reference is shown."""
    emulator.tenants["acme"] = {"password": password}
    assert read(emulator).json()["smtpServer"] == {"password": shown}
    assert emulator.tenants["acme"] == {"password": password}


def test_a_tenant_without_settings_has_an_empty_map(emulator: Emulator) -> None:
    """It exists, and reading it changes nothing."""
    assert read(emulator).json()["smtpServer"] == {}
    assert emulator.tenants == {}


def test_changes_to_tenants_are_read_at_once(emulator: Emulator) -> None:
    """A test can change and delete settings behind the provider's back."""
    send(emulator.environment, SHIFT)
    emulator.tenants["acme"]["host"] = "other.example.com"
    assert read(emulator).json()["smtpServer"]["host"] == "other.example.com"
    del emulator.tenants["acme"]
    assert read(emulator).json()["smtpServer"] == {}


@pytest.mark.parametrize("authorization", BAD_AUTHORIZATIONS)
@pytest.mark.parametrize("realm", ["acme", "missing"])
def test_a_bad_token_reveals_nothing(authorization: str, realm: str) -> None:
    """The refusal is the same whether or not the realm exists."""
    with Emulator(tenants=["acme"]) as emulator:
        header = authorization.format(token=emulator.token)
        response = read(emulator, REALM.replace("acme", realm), Authorization=header)
    assert result(response) == UNAUTHORIZED


def test_a_token_only_reads_its_own_realm() -> None:
    """Another realm is forbidden, and any valid token learns that a realm does not exist."""
    with Emulator(tenants=["acme", "other"]) as emulator:
        bearer = f"Bearer {granted(emulator)}"
        own, other, missing = (
            read(emulator, REALM.replace("acme", realm), Authorization=bearer)
            for realm in ("acme", "other", "ACME")
        )
    assert own.json()["realm"] == "acme"
    assert (result(other), result(missing)) == (FORBIDDEN, REALM_NOT_FOUND)


def test_the_tokens_of_a_deleted_realm_are_refused() -> None:
    """Only the fixed token, like an administrator's, sees that the realm does not exist."""
    with Emulator(tenants=["acme"]) as emulator:
        bearer = f"Bearer {granted(emulator)}"
        del emulator.tenants["acme"]
        assert result(read(emulator, Authorization=bearer)) == UNAUTHORIZED
        assert result(read(emulator)) == REALM_NOT_FOUND


def test_settings_are_only_read_with_view_realm(emulator: Emulator) -> None:
    """A lesser role gets a 200 without settings; no role gets a 403."""
    send(emulator.environment, SHIFT)
    emulator.role = "query-realms"
    reduced = {"realm": "acme", "bruteForceProtected": False, "supportedLocales": []}
    assert result(read(emulator)) == (200, reduced)
    emulator.role = None
    assert result(read(emulator)) == FORBIDDEN


def test_the_role_only_concerns_the_admin_api(emulator: Emulator) -> None:
    """Without a role, settings can be set and tokens are granted."""
    emulator.role = None
    bearer = f"Bearer {granted(emulator)}"
    assert send(emulator.environment, SHIFT, Authorization=bearer).status_code == 200


def test_the_realm_in_a_path_is_decoded_once(emulator: Emulator) -> None:
    """The admin API decodes the path segment as the other endpoints do."""
    response = read(emulator, REALM.replace("acme", "a%252Fb%20%C3%BC"))
    assert response.json()["realm"] == "a%2Fb ü"
