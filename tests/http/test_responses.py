from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import OutcomeUnknown, Refused, SmtpConfigError
from pulumi_smtpconfig.http.responses import REMEDIES, Response, parse_response, seconds_to_wait
from pulumi_smtpconfig.redaction import EMPTY, NO_ADDRESS, SAME_HOST

SECRET = "tag<in>side"
APPLIED = {"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}
WITH_A_FULL_STOP = APPLIED | {"message": "Successfully updated SMTP Details."}
REJECTED = {"message": "Host and From is mandatory", "status": "BAD_REQUEST", "subSystem": 8}
PAGE = b"<html><body><h1>It works!</h1></body></html>"
TITLED = b"<!doctype html><title>Not here</title><p>It works!"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)

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


def parse(status: int, body: bytes | dict[str, Any], location: str = "") -> object:
    """Return the object that a response contains, or the error that it means."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return parse_response(Response(status, raw, location), [SECRET], REMEDIES)
    except SmtpConfigError as error:
        return error


def error_of(status: int, body: bytes | dict[str, Any], location: str = "") -> SmtpConfigError:
    """Return the error that a response means."""
    error = parse(status, body, location)
    assert isinstance(error, SmtpConfigError)
    return error


@pytest.mark.parametrize("content", [APPLIED, WITH_A_FULL_STOP, {"message": "done"}, {}], ids=str)
def test_a_200_whose_status_is_ok_or_missing_is_returned(content: dict[str, Any]) -> None:
    """The status decides, whatever the message says."""
    assert parse(200, content) == content


@pytest.mark.parametrize("status", ["BAD_REQUEST", "ok", "", None, 0, False, ["OK"]], ids=repr)
def test_a_200_with_another_status_is_refused(status: object) -> None:
    """The status in the body outweighs the HTTP status."""
    assert type(parse(200, APPLIED | {"status": status})) is Refused


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", PAGE, b"[]", b'[{"status": "OK"}]', b'"OK"', b"OK", b"null", b"1" * 5000),
        *(b'{"status": "OK"', b"{'status': 'OK'}", b"\xff\xfe\x00", b"[" * 10**6, b'{"a":' * 10**5),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_200_without_an_object_leaves_the_outcome_unknown(body: bytes) -> None:
    """Anything but a JSON object may come from a server in between."""
    assert type(parse(200, body)) is OutcomeUnknown


@given(status=st.integers(500, 599), body=BODIES)
def test_every_5xx_leaves_the_outcome_unknown(status: int, body: bytes) -> None:
    """A gateway that fails may have passed the request on, whatever it says."""
    assert type(parse(status, body)) is OutcomeUnknown


@given(status=st.integers(400, 499), body=BODIES)
def test_every_4xx_is_refused(status: int, body: bytes) -> None:
    """The platform keeps the settings that it had."""
    assert type(parse(status, body)) is Refused


@given(status=st.integers(200, 599), body=BODIES, location=st.text() | st.just("http://[::1"))
def test_every_response_is_an_object_or_our_error(status: int, body: bytes, location: str) -> None:
    """No response causes another exception, and every message can be sent over gRPC as UTF-8."""
    outcome = parse(status, body, location)
    assert isinstance(outcome, dict | SmtpConfigError)
    assert str(outcome).encode()


@pytest.mark.parametrize(
    ("status", "body", "quote", "remedy"),
    [
        (400, REJECTED, '"BAD_REQUEST: Host and From is mandatory', "correct"),
        (401, {"error": "HTTP 401 Unauthorized"}, '"HTTP 401 Unauthorized"', "log"),
        (401, {"error": "a", "error_description": "Token expired"}, '"a: Token expired"', "log"),
        (403, {"error": "HTTP 403 Forbidden"}, '"HTTP 403 Forbidden"', "token"),
        (404, {"error": "Realm not found."}, '"Realm not found."', "tenantId"),
        (404, PAGE, "(an HTML page of 44 bytes, not shown)", "tenantId"),
        (404, TITLED, '"Not here"', "tenantId"),
        (409, b"", EMPTY, "log"),
        (429, b"slow down", "(a text of 9 bytes, not shown)", "wait"),
        (418, {"teapot": True}, "(a JSON object of 16 bytes, not shown)", "log"),
        (418, b"[1, 2]", "(a JSON list of 6 bytes, not shown)", "log"),
        (499, b"\x00\x01\xff\xfe", "(binary data of 4 bytes, not shown)", "log"),
    ],
)
def test_a_refusal_quotes_the_platform_and_says_what_to_do(
    status: int, body: bytes | dict[str, Any], quote: str, remedy: str
) -> None:
    """Every shape of body is read, and every common status has its own remedy."""
    error = error_of(status, body)
    assert isinstance(error, Refused)
    assert f"answered {status}" in error.happened
    assert quote in error.happened
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example.com/x?token=abc", '"login.example.com"'),
        ("https://user:word@login.example.com:8443/x#y", '"login.example.com:8443"'),
        ("//login.example.com/x", '"login.example.com"'),
        ("/login", SAME_HOST),
        ("", NO_ADDRESS),
        ("https://[broken", NO_ADDRESS),
        ("http://a\x1bc/", NO_ADDRESS),
        (f"https://{'a' * 101}/", NO_ADDRESS),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_shows_only_its_host(status: int, location: str, shown: str) -> None:
    """User, path and query may contain secrets."""
    error = error_of(status, b"", location)
    assert type(error) is Refused
    assert f"a redirect to {shown}, which is not followed." in error.happened


def test_a_lone_surrogate_can_be_shown() -> None:
    """JSON can contain one, although UTF-8 cannot encode it."""
    assert str(error_of(400, b'{"error": "half \\ud83d here"}')).encode()


@pytest.mark.parametrize(
    "body",
    [
        SECRET.encode(),
        f"<p>wrong password {SECRET}</p>".encode(),
        json.dumps({"error": f"wrong password {SECRET}"}).encode(),
        json.dumps({"errors": [f"wrong password {SECRET}"]}).encode(),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_an_echoed_secret_is_not_shown(status: int, body: bytes) -> None:
    """A message that contains a secret is left out as a whole."""
    message = str(error_of(status, body))
    assert "not shown" in message
    assert "side" not in message


@pytest.mark.parametrize(("status", "body"), [(200, PAGE), (502, PAGE), (503, b"")])
def test_an_unknown_outcome_says_what_to_do(status: int, body: bytes) -> None:
    """The platform may have either settings; sending again settles it, reverting alone does not."""
    remedy = error_of(status, body).remedy
    assert "may have the old ones or the new ones" in remedy
    assert "Reverting the program alone sends nothing" in remedy
    assert "run `pulumi up` again" in remedy


@given(seconds=st.integers(0, 10**9))
def test_retry_after_may_be_seconds(seconds: int) -> None:
    """A number is the time to wait (RFC 9110, section 10.2.3)."""
    assert seconds_to_wait(str(seconds), NOW) == seconds


@given(seconds=st.integers(-(10**6), 10**9))
def test_retry_after_may_be_a_date(seconds: int) -> None:
    """A date is when to come back; a past one means now."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert seconds_to_wait(date, NOW) == max(seconds, 0)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "²", "1, 2", "Sun", "0x10"], ids=repr)
def test_an_invalid_retry_after_is_ignored(header: str) -> None:
    """The usual pause applies."""
    assert seconds_to_wait(header, NOW) == 0


@given(
    header=st.text()
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,9} \d+:\d+:\d+ [+-]?\w+")
    | st.from_regex(r"(Sun, )?01 Mar \d{1,5} \d{2}:\d{2}:\d{2} [+-]\d{1,20}", fullmatch=True)
)
def test_no_retry_after_causes_an_exception(header: str) -> None:
    """Every header means a time of zero or more seconds."""
    assert seconds_to_wait(header, NOW) >= 0
