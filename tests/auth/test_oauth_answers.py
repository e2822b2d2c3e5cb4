"""What becomes of a token endpoint's answers."""

from __future__ import annotations

import math
import time
import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import TokenNotGranted
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.auth.token_endpoint import CLIENT, SOURCE, TOKEN, URL, TokenEndpoint, token_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "c4n4ry"
NO_TOKENS: list[object] = [None, "", 5, [CANARY], {}]
NO_NUMBERS: list[object] = ["soon", "", [], {}, CANARY]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TokenEndpoint]:
    """Run an endpoint for all tests of this module, which is faster than one for each."""
    with token_endpoint() as running:
        yield running


def refusal(endpoint: TokenEndpoint) -> TokenNotGranted:
    """Return why no token is had from the answer that was ordered."""
    with pytest.raises(TokenNotGranted) as caught:
        endpoint.ask()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert URL in caught.value.happened
    return caught.value


def test_a_granted_token_is_not_shown(endpoint: TokenEndpoint) -> None:
    """What is printed by mistake tells no token."""
    endpoint.order({"access_token": CANARY})
    assert CANARY not in repr(endpoint.ask())


@given(life=st.floats(0, 10**9) | st.integers(0, 10**9))
@example(life=60)
@example(life=99.9)
@example(life=100)
@example(life=0)
def test_a_token_is_used_until_the_margin_is_left(endpoint: TokenEndpoint, life: float) -> None:
    """The margin is the smaller of 10 s and a tenth; the life begins before the request."""
    endpoint.order(TOKEN | {"expires_in": life})
    before = time.monotonic()
    granted = endpoint.ask()
    used = life - min(10, life / 10)
    assert before + used <= granted.best_before <= time.monotonic() + used
    assert granted.token == "a-token"


@pytest.mark.parametrize("answer", [{}, {"expires_in": None}], ids=str)
def test_without_an_end_a_token_is_used_until_it_is_refused(
    endpoint: TokenEndpoint, answer: dict[str, None]
) -> None:
    """`expires_in` may be left out (RFC 6749, section 5.1)."""
    endpoint.order({"access_token": "a-token"} | answer)
    assert endpoint.ask().best_before == math.inf


@pytest.mark.parametrize("life", [0, -1, -60.5, "-5"], ids=repr)
def test_a_life_that_is_over_is_over_at_once(endpoint: TokenEndpoint, life: object) -> None:
    """Such a token is tried, and never taken from memory."""
    endpoint.order(TOKEN | {"expires_in": life})
    assert endpoint.ask().best_before <= time.monotonic()


def test_a_number_as_a_text_is_a_number(endpoint: TokenEndpoint) -> None:
    """Some servers quote it."""
    endpoint.order(TOKEN | {"expires_in": "60"})
    assert time.monotonic() < endpoint.ask().best_before <= time.monotonic() + 54


@pytest.mark.parametrize(
    "answer",
    [
        *("", "<html>c4n4ry</html>", '"c4n4ry"', "c4n4ry", "[" * 100_000, '{"access_token": "c4n'),
        *(None, [], ["c4n4ry"], 5, {}, {"refresh_token": CANARY}),
        *({"access_token": x, "id_token": CANARY} for x in NO_TOKENS),
        *({"access_token": f"{CANARY}{x}"} for x in (" ", "\n", "ü", "\r\nHost: evil")),
        *({"access_token": CANARY, "expires_in": x} for x in NO_NUMBERS),
    ],
    ids=lambda answer: repr(answer)[:60],
)
def test_a_200_without_a_token_that_can_be_used_is_never_quoted(
    endpoint: TokenEndpoint, answer: object
) -> None:
    """Whatever the answer is, it may hold other tokens."""
    endpoint.order(answer)
    error = refusal(endpoint)
    assert error.happened.endswith("200 OK without a usable token.")
    assert "token endpoint" in error.remedy


@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_is_told_in_the_endpoints_words(endpoint: TokenEndpoint, status: int) -> None:
    """Error and description are quoted, and the remedy is where the credentials are."""
    words = {"error": "invalid_grant", "error_description": "Invalid user credentials"}
    endpoint.order(words, status)
    error = refusal(endpoint)
    assert f"answered {status}" in error.happened
    assert '"invalid_grant: Invalid user credentials"' in error.happened
    assert SOURCE in error.remedy


@pytest.mark.parametrize("status", [201, 204, 404, 429, 500, 503])
def test_no_other_status_grants_a_token(endpoint: TokenEndpoint, status: int) -> None:
    """Only 200 does (RFC 6749, section 5.1), and the remedy is the endpoint."""
    endpoint.order("" if status == 204 else "no", status)
    error = refusal(endpoint)
    assert f"answered {status}" in error.happened
    assert "tokenUrl" in error.remedy


def test_a_redirect_is_not_followed(endpoint: TokenEndpoint) -> None:
    """The secrets go nowhere else, and the error names the host that they would have gone to."""
    before = len(endpoint.server.requests)
    endpoint.order("", 307, Location=f"https://user:{CANARY}@elsewhere.example/{CANARY}")
    assert '"elsewhere.example"' in refusal(endpoint).happened
    assert len(endpoint.server.requests) == before + 1


def test_echoed_secrets_are_not_repeated(endpoint: TokenEndpoint) -> None:
    """A message that contains what the endpoint was given is left out."""
    endpoint.order({"error": f"bad {CLIENT['clientSecret']}, sorry"}, 401)
    assert NOT_SHOWN in refusal(endpoint).happened


def test_a_busy_endpoint_is_asked_again_and_the_error_tells_how_often() -> None:
    """A token is fetched as patiently as settings are sent."""
    with token_endpoint(retries=1) as busy:
        busy.order("", 503)
        busy.order()
        assert busy.ask().token == "a-token"
        busy.order("", 503)
        busy.order("", 503)
        assert "(2 tries in " in refusal(busy).happened
    assert len(busy.server.requests) == 4
