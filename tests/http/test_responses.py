"""What an answer means: taken, refused or unknown, and never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import OutcomeUnknown, Refused, SmtpConfigError
from pulumi_smtpconfig.http.responses import Response, parse_response

TAKEN = {"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}
WITH_A_FULL_STOP = TAKEN | {"message": "Successfully updated SMTP Details."}
PAGE = b"<html><body><h1>It works!</h1></body></html>"

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "error_description", "status", "message"]), inner
        )
    ),
)
BODIES = st.binary() | JSON.map(lambda content: json.dumps(content).encode())


def judged(status: int, body: bytes | dict[str, Any], location: str = "") -> object:
    """Return what an answer is judged to be, an object or an error."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return parse_response(Response(status, raw, location), [])
    except SmtpConfigError as error:
        return error


@pytest.mark.parametrize("content", [TAKEN, WITH_A_FULL_STOP, {"message": "done"}, {}], ids=str)
def test_a_200_with_status_ok_or_none_is_taken(content: dict[str, Any]) -> None:
    """The status decides, whatever the message says; its answer is handed on."""
    assert judged(200, content) == content


@pytest.mark.parametrize("status", ["BAD_REQUEST", "ok", "", None, 0, False, ["OK"]], ids=repr)
def test_a_200_with_another_status_is_refused(status: object) -> None:
    """The platform's own word weighs more than HTTP's."""
    assert type(judged(200, TAKEN | {"status": status})) is Refused


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", PAGE, b"[]", b'[{"status": "OK"}]', b'"OK"', b"OK", b"null", b"1" * 5000),
        *(b'{"status": "OK"', b"{'status': 'OK'}", b"\xff\xfe\x00", b"[" * 10**6, b'{"a":' * 10**5),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_200_without_an_object_tells_nothing(body: bytes) -> None:
    """What is no JSON object may come from anything in between."""
    assert type(judged(200, body)) is OutcomeUnknown


@given(status=st.integers(500, 599), body=BODIES)
def test_every_5xx_leaves_the_outcome_unknown(status: int, body: bytes) -> None:
    """A gateway that fails may have passed the request on, whatever it says."""
    assert type(judged(status, body)) is OutcomeUnknown


@given(status=st.integers(400, 499), body=BODIES)
def test_every_4xx_is_refused(status: int, body: bytes) -> None:
    """The platform keeps the settings that it had."""
    assert type(judged(status, body)) is Refused


@given(status=st.integers(200, 599), body=BODIES, location=st.text() | st.just("http://[::1"))
def test_whatever_comes_nothing_else_is_raised(status: int, body: bytes, location: str) -> None:
    """An answer is an object or an error of this package, which gRPC can carry as UTF-8."""
    outcome = judged(status, body, location)
    assert isinstance(outcome, dict | SmtpConfigError)
    assert str(outcome).encode()
