"""What a token endpoint is sent (RFC 6749, sections 4.3.2 and 4.4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth.token_endpoint import CLIENT, TokenEndpoint, token_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USER = {"clientId": "pulumi", "oauthUsername": "Jörg+1", "oauthPassword": "päß wörd%&=+"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
BY_CLIENT = {"grant_type": "client_credentials", "client_id": "pulumi"}
BY_USER = {"grant_type": "password", "client_id": "pulumi"}
USER_AND_PASSWORD = {"username": "Jörg+1", "password": "päß wörd%&=+"}
SECRET = {"client_secret": "client secret & ü=1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TokenEndpoint]:
    """Run an endpoint for all tests of this module, which is faster than one for each."""
    with token_endpoint() as running:
        yield running


def fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form, each as often as it is there."""
    return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)


@pytest.mark.parametrize(
    ("credentials", "form"),
    [
        (CLIENT, BY_CLIENT | SECRET),
        (CLIENT | {"scope": "mail realm"}, BY_CLIENT | SECRET | {"scope": "mail realm"}),
        (USER, BY_USER | USER_AND_PASSWORD),
        (USER | CLIENT, BY_USER | USER_AND_PASSWORD | SECRET),
        (USER | {"scope": "mail"}, BY_USER | USER_AND_PASSWORD | {"scope": "mail"}),
    ],
    ids=["client", "client with scope", "user", "user of a confidential client", "user with scope"],
)
def test_each_grant_sends_its_fields_and_no_others(
    endpoint: TokenEndpoint, credentials: Mapping[str, str], form: Mapping[str, str]
) -> None:
    """With a user it is the password grant, else the client's own; nothing is sent empty."""
    request = endpoint.asked(credentials)
    assert sorted(fields(request.body)) == sorted(form.items())
    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.header("authorization") is None
    assert request.method == "POST"


def test_umlauts_are_utf8() -> None:
    """The charset of a form is UTF-8 (RFC 6749, appendix B), and its bytes are ASCII."""
    with token_endpoint() as endpoint:
        body = endpoint.asked(CLIENT).body
    assert b"client_secret=client+secret+%26+%C3%BC%3D1" in body


@given(user=TEXTS, password=TEXTS, secret=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_as_it_was_given(
    endpoint: TokenEndpoint, user: str, password: str, secret: str
) -> None:
    """No character of a user's name, a password or a client's secret is lost or read as syntax."""
    given = {"oauthUsername": user, "oauthPassword": password, "clientSecret": secret}
    form = dict(fields(endpoint.asked(USER | given).body))
    assert (form["username"], form["password"]) == (user, password)
    assert form.get("client_secret", "") == secret
