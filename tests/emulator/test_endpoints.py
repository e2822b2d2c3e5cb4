"""What the emulator answers to a request, and what it keeps of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import OK, SETTINGS, SHIFT, SSMS, send

INCOMPLETE = "Host and From is mandatory to update Email Configuration."


@pytest.mark.parametrize(
    ("url", "tenant"),
    [
        pytest.param(SSMS, "DEV3", id="SSMS takes the first label in its own case"),
        pytest.param(SHIFT, "acme", id="SHIFT takes the path segment"),
        pytest.param(SHIFT.replace("acme", "Acme"), "Acme", id="SHIFT keeps the case"),
        pytest.param(SHIFT.replace("acme", "a%2Fb%20%C3%BC"), "a/b ü", id="SHIFT decodes once"),
        pytest.param(SHIFT.replace("acme", "a%252Fb"), "a%2Fb", id="SHIFT decodes only once"),
    ],
)
def test_each_endpoint_stores_the_settings_of_the_tenant_it_names(
    emulator: Emulator, url: str, tenant: str
) -> None:
    """A POST to a documented endpoint answers the documented body and sets that tenant alone."""
    answer = send(emulator.environment, url)
    assert (answer.status_code, answer.json()) == (200, OK)
    assert emulator.tenants == {tenant: SETTINGS}


def test_settings_are_replaced_and_not_merged(emulator: Emulator) -> None:
    """After two POSTs a tenant has what the second one said, nothing of the first."""
    send(emulator.environment, SHIFT)
    send(emulator.environment, SHIFT, {"host": "other.example.com", "from": "b@example.com"})
    assert emulator.tenants["acme"] == {"host": "other.example.com", "from": "b@example.com"}


def test_settings_are_stored_as_strings(emulator: Emulator) -> None:
    """The platform stores a map of strings, so typed values arrive as their text."""
    send(emulator.environment, SHIFT, {**SETTINGS, "port": 587, "ssl": True, "user": None})
    assert emulator.tenants["acme"] == {**SETTINGS, "port": "587", "ssl": "true"}


@pytest.mark.parametrize("missing", ["host", "from"])
@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_host_and_from_are_mandatory(emulator: Emulator, missing: str, value: str | None) -> None:
    """Without a host or a from the documented 400 comes, and nothing is stored."""
    answer = send(emulator.environment, SHIFT, {**SETTINGS, missing: value})
    assert answer.status_code == 400
    assert answer.json() == {"message": INCOMPLETE, "status": "BAD_REQUEST", "subSystem": 8}
    assert emulator.tenants == {}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"host": {}}', b"\xff"])
def test_a_body_that_is_no_map_is_refused(emulator: Emulator, body: bytes) -> None:
    """Only a JSON object of plain values is settings."""
    answer = send(emulator.environment, SHIFT, body)
    assert (answer.status_code, answer.json()) == (400, {"error": "unknown_error"})


def test_another_content_type_is_refused(emulator: Emulator) -> None:
    """A body must call itself JSON."""
    answer = send(emulator.environment, SHIFT, **{"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (
        415,
        {"error": "HTTP 415 Unsupported Media Type"},
    )


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", "{token}", "Basic {token}"]
)
def test_only_the_bearer_token_opens(emulator: Emulator, authorization: str) -> None:
    """Any other authorization is answered 401 in Keycloak's words, and nothing is stored."""
    header = authorization.format(token=emulator.token)
    answer = send(emulator.environment, SHIFT, Authorization=header)
    assert (answer.status_code, answer.json()) == (401, {"error": "HTTP 401 Unauthorized"})
    assert emulator.tenants == {}


@pytest.mark.parametrize(
    "url", [SSMS + "/", SHIFT + "/", SHIFT.replace("acme", "a/b"), SHIFT.replace("acme", "")]
)
def test_nothing_is_beside_the_endpoints(emulator: Emulator, url: str) -> None:
    """Any other path is 404, one with a needless slash at its end too."""
    answer = send(emulator.environment, url)
    assert (answer.status_code, answer.json()) == (404, {"error": "HTTP 404 Not Found"})


@pytest.mark.parametrize("path", ["", "realms/acme/mail/setup", "auth/nothing", "auth/realms"])
def test_another_base_path_is_told_in_other_words(emulator: Emulator, path: str) -> None:
    """Keycloak tells a path that leads nowhere from one that ends nowhere."""
    answer = send(emulator.environment, f"https://idp.example.com/{path}")
    error = "Unable to find matching target resource method"
    assert (answer.status_code, answer.json()) == (404, {"error": error})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_endpoints_take_post_alone(emulator: Emulator, method: str) -> None:
    """No other method is documented."""
    answer = send(emulator.environment, SSMS, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_named_tenants_are_the_only_ones() -> None:
    """With a list of tenants another one, or one in another case, is an unknown realm."""
    with Emulator(tenants=["acme"]) as emulator:
        unknown = send(emulator.environment, SHIFT.replace("acme", "ACME"))
        known = send(emulator.environment, SHIFT)
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Realm not found."})
    assert known.status_code == 200
    assert emulator.tenants == {"acme": SETTINGS}


def test_every_request_is_kept_as_it_was_sent(emulator: Emulator) -> None:
    """Target, headers and body are those of the wire, of a refused request too."""
    send(emulator.environment, "https://Some.Host/a%2Fb/%C3%BC?q=%20", b"{ }", **{"X-Order": "1"})
    (request,) = emulator.requests
    assert (request.method, request.target) == ("POST", "/a%2Fb/%C3%BC?q=%20")
    assert (request.body, request.json()) == (b"{ }", {})
    assert request.headers[0] == ("host", "Some.Host")
    assert (request.header("X-ORDER"), request.header("absent")) == ("1", None)


def test_many_clients_at_once_each_set_their_tenant(emulator: Emulator) -> None:
    """Threads that post for many tenants, by new names, see every one stored."""
    urls = [SSMS.replace("DEV3", f"tenant{n}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda url: send(emulator.environment, url), urls))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(emulator.tenants) == sorted(f"tenant{n}" for n in range(40))
