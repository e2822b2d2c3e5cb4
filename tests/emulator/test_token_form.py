"""What the token endpoint reads of a request; measured on Keycloak 26.4.0."""

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import send
from tests.emulator.tokens import CLIENT, FORM, SECRET, ask, refusal


@pytest.fixture
def platform(emulator: Emulator) -> Emulator:
    """A platform with a known secret."""
    emulator.client_secret = SECRET
    return emulator


def test_other_grant_types_are_unsupported(platform: Emulator) -> None:
    """That is told before the client is looked at."""
    answer = ask(platform, {"grant_type": "refresh_token"})
    assert refusal(answer) == (400, "unsupported_grant_type", "Unsupported grant_type")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", ""])
def test_a_body_that_does_not_say_it_is_a_form_has_no_fields(
    platform: Emulator, media_type: str
) -> None:
    """Keycloak misses the grant type then; a charset does no harm."""
    missing = (400, "invalid_request", "Missing form parameter: grant_type")
    assert refusal(ask(platform, CLIENT, **{"Content-Type": media_type})) == missing
    assert refusal(ask(platform, {})) == missing
    named = {"Content-Type": FORM.upper() + "; charset=UTF-8"}
    assert ask(platform, CLIENT, **named).status_code == 200


def test_a_field_that_is_there_twice_is_refused(platform: Emulator) -> None:
    """A client that sends itself twice is wrong, even with the same values."""
    ask(platform, CLIENT)
    (request,) = platform.requests
    twice = request.body + b"&client_id=pulumi"
    url = f"https://idp.example.com{request.target}"
    answer = send(platform.environment, url, twice, **{"Content-Type": FORM})
    assert refusal(answer) == (400, "invalid_request", "duplicated parameter")
    assert dict(request.form()) == CLIENT


def test_a_scope_is_granted_as_asked(platform: Emulator) -> None:
    """Any scope exists."""
    answer = ask(platform, {**CLIENT, "scope": "openid mail"})
    assert answer.json()["scope"] == "openid mail"


def test_a_named_tenant_has_the_only_realm() -> None:
    """With a list of tenants the realm of another one is unknown, whoever asks."""
    with Emulator(tenants=["acme"]) as platform:
        unknown = ask(platform, {}, "ACME")
        known = ask(platform, {})
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Realm does not exist"})
    assert known.status_code == 400
