"""A list is read as a list, and whatever else comes is told."""

from __future__ import annotations

import pytest

from pulumi_smtpconfig.errors import OutcomeUnknown, Refused
from pulumi_smtpconfig.http.responses import MAX_BODY, Response, parse_list


def test_a_list_is_returned() -> None:
    """An empty one too."""
    assert parse_list(Response(200, b'[{"realm": "acme"}]'), (), {}) == [{"realm": "acme"}]
    assert parse_list(Response(200, b"[]"), (), {}) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"status": "OK"}', "where a JSON list was expected"),
        (b"<html>", "where a JSON list was expected"),
        (b"", "where a JSON list was expected"),
        (b"[" + b"0," * MAX_BODY + b"0]", "more than 1 MiB"),
    ],
    ids=["object", "page", "nothing", "huge"],
)
def test_a_success_without_a_list_is_none(body: bytes, text: str) -> None:
    """The error says what was expected."""
    with pytest.raises(OutcomeUnknown, match=text):
        parse_list(Response(200, body), (), {})


def test_a_refusal_stays_one() -> None:
    """With the remedy of its status."""
    with pytest.raises(Refused, match="403 Forbidden") as refused:
        parse_list(Response(403, b'{"error": "HTTP 403 Forbidden"}'), (), {403: "a role"})
    assert refused.value.remedy == "a role"
