"""What the emulator answers to a read of a realm in the admin API."""

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.reads import MASK, REALM, read, refusal
from tests.emulator.requests import SETTINGS, SHIFT, send
from tests.emulator.tokens import granted

UNAUTHORIZED = (401, "HTTP 401 Unauthorized")
FORBIDDEN = (403, "HTTP 403 Forbidden")
NO_REALM = (404, "Realm not found.")


def test_settings_are_read_as_they_are_stored(emulator: Emulator) -> None:
    """What a POST has set is in the realm's representation, empty texts too."""
    settings = {**SETTINGS, "replyTo": "", "user": ""}
    send(emulator.environment, SHIFT, settings)
    answer = read(emulator)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert answer.json()["realm"] == "acme"
    assert answer.json()["smtpServer"] == {**settings, "password": MASK}


@pytest.mark.parametrize(
    ("password", "shown"), [("s3cret", MASK), ("", MASK), ("${vault.mail}", "${vault.mail}")]
)
def test_a_password_is_masked_and_kept(emulator: Emulator, password: str, shown: str) -> None:
    """Ten asterisks stand for any password, an empty one too; a vault reference is shown."""
    emulator.tenants["acme"] = {"password": password}
    assert read(emulator).json()["smtpServer"] == {"password": shown}
    assert emulator.tenants["acme"] == {"password": password}


def test_a_tenant_that_nobody_set_has_an_empty_map(emulator: Emulator) -> None:
    """It exists, and reading it changes nothing."""
    assert read(emulator).json()["smtpServer"] == {}
    assert emulator.tenants == {}


def test_what_somebody_else_changes_is_read_at_once(emulator: Emulator) -> None:
    """A test may change, add and take away settings behind the provider's back."""
    send(emulator.environment, SHIFT)
    emulator.tenants["acme"]["host"] = "other.example.com"
    assert read(emulator).json()["smtpServer"]["host"] == "other.example.com"
    del emulator.tenants["acme"]
    assert read(emulator).json()["smtpServer"] == {}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "{token}"])
@pytest.mark.parametrize("realm", ["acme", "missing"])
def test_a_bad_token_learns_nothing(authorization: str, realm: str) -> None:
    """The refusal is the same whether the realm exists or not."""
    with Emulator(tenants=["acme"]) as emulator:
        header = authorization.format(token=emulator.token)
        answer = read(emulator, REALM.replace("acme", realm), Authorization=header)
    assert refusal(answer) == UNAUTHORIZED


def test_a_token_reads_its_realm_alone() -> None:
    """To a token of another realm it is closed, and a realm that is missing is told to any."""
    with Emulator(tenants=["acme", "other"]) as emulator:
        bearer = f"Bearer {granted(emulator)}"
        answers = [
            read(emulator, REALM.replace("acme", realm), Authorization=bearer)
            for realm in ("acme", "other", "ACME")
        ]
    assert answers[0].json()["realm"] == "acme"
    assert [refusal(answer) for answer in answers[1:]] == [FORBIDDEN, NO_REALM]


def test_a_deleted_realm_takes_its_tokens_along() -> None:
    """Its own token does not see it missing; the fixed one, which is an administrator's, does."""
    with Emulator(tenants=["acme"]) as emulator:
        bearer = f"Bearer {granted(emulator)}"
        del emulator.tenants["acme"]
        assert refusal(read(emulator, Authorization=bearer)) == UNAUTHORIZED
        assert refusal(read(emulator)) == NO_REALM


def test_without_view_realm_no_settings_are_read(emulator: Emulator) -> None:
    """With a lesser role the answer is a success without them, with none a refusal."""
    send(emulator.environment, SHIFT)
    emulator.role = "query-realms"
    reduced = {"realm": "acme", "bruteForceProtected": False, "supportedLocales": []}
    assert (read(emulator).status_code, read(emulator).json()) == (200, reduced)
    emulator.role = None
    assert refusal(read(emulator)) == FORBIDDEN


def test_a_role_concerns_the_admin_api_alone(emulator: Emulator) -> None:
    """Settings are set and tokens granted without one."""
    emulator.role = None
    bearer = f"Bearer {granted(emulator)}"
    assert send(emulator.environment, SHIFT, Authorization=bearer).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_realm_is_only_read(emulator: Emulator, method: str) -> None:
    """The platform's settings have their own endpoint."""
    answer = read(emulator, method=method)
    assert refusal(answer) == (405, "HTTP 405 Method Not Allowed")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("auth/admin/realms/acme/", "HTTP 404 Not Found"),
        ("auth/admin/realms/a/b", "HTTP 404 Not Found"),
        ("admin/realms/acme", "Unable to find matching target resource method"),
    ],
)
def test_another_path_is_no_realm(emulator: Emulator, path: str, error: str) -> None:
    """No client can take a wrong path for a realm that is gone."""
    assert refusal(read(emulator, f"https://idp.example.com/{path}")) == (404, error)


def test_a_tenant_is_decoded_once(emulator: Emulator) -> None:
    """A name is a path segment, as in the other endpoints."""
    answer = read(emulator, REALM.replace("acme", "a%252Fb%20%C3%BC"))
    assert answer.json()["realm"] == "a%2Fb ü"
