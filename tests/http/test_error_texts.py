"""What the error for a response says: the platform's words without secrets, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_smtpconfig.errors import Refused, SmtpConfigError
from pulumi_smtpconfig.http.responses import Response, parse_response
from pulumi_smtpconfig.redaction import EMPTY, NO_ADDRESS, SAME_HOST

SECRET = "tag<in>side"
REJECTED = {"message": "Host and From is mandatory", "status": "BAD_REQUEST", "subSystem": 8}
PAGE = b"<html><body><h1>It works!</h1></body></html>"
TITLED = b"<!doctype html><title>Not here</title><p>It works!"


def said(status: int, body: bytes | dict[str, Any], location: str = "") -> SmtpConfigError:
    """Return the error that an answer is judged to be."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(SmtpConfigError) as caught:
        parse_response(Response(status, raw, location), [SECRET])
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "words", "remedy"),
    [
        (400, REJECTED, '"BAD_REQUEST: Host and From is mandatory', "correct"),
        (401, {"error": "HTTP 401 Unauthorized"}, '"HTTP 401 Unauthorized"', "token"),
        (401, {"error": "a", "error_description": "Token expired"}, '"a: Token expired"', "token"),
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
def test_a_4xx_is_refused_in_the_platforms_words(
    status: int, body: bytes | dict[str, Any], words: str, remedy: str
) -> None:
    """Each shape of answer is read, and each common status has its remedy."""
    error = said(status, body)
    assert isinstance(error, Refused)
    assert f"answered {status}" in error.happened
    assert words in error.happened
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
def test_a_redirect_names_its_host_alone(status: int, location: str, shown: str) -> None:
    """User, path and query may contain secrets, so only the host is shown."""
    error = said(status, b"", location)
    assert type(error) is Refused
    assert f"a redirect to {shown}, which is not followed." in error.happened


def test_half_a_character_is_no_crash() -> None:
    """JSON can name a lone surrogate, which no other encoding can carry."""
    assert str(said(400, b'{"error": "half \\ud83d here"}')).encode()


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
    message = str(said(status, body))
    assert "not shown" in message
    assert "side" not in message


@pytest.mark.parametrize(("status", "body"), [(200, PAGE), (502, PAGE), (503, b"")])
def test_an_unknown_outcome_says_what_to_expect_and_to_do(status: int, body: bytes) -> None:
    """Either may be there, sending again settles it, and going back alone sends nothing."""
    remedy = said(status, body).remedy
    assert "may have the old ones or the new ones" in remedy
    assert "Reverting the program alone sends nothing" in remedy
    assert "run `pulumi up` again" in remedy
