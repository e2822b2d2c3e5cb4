"""A server whose certificate is not valid gets no password."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.http.test_trust import old
from tests.smtp.scripted_server import GOOD, scripted_server
from tests.smtp.smtp_server import smtp_server
from tests.smtp.verifying import failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

YESTERDAY = datetime.now(timezone.utc) - timedelta(days=1)
IMPLICIT: dict[str, Any] = {"ssl": True, "starttls": False}

INVALID: dict[str, tuple[dict[str, Any], str, str]] = {
    "another name": ({"names": ["smtp.acme.example"]}, "mismatch", "set host to a name"),
    "expired": ({"valid_until": YESTERDAY}, "expired", "renew"),
    "unknown authority": ({}, "unable to get local issuer", "smtpconfig:caBundle"),
}
"""What is special about the server, the reason in the error, and its remedy."""


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_certificate_ends_the_session(
    bundle: Path, case: str, *, implicit: bool
) -> None:
    """The error quotes the reason and has a remedy for it."""
    special, reason, remedy = INVALID[case]
    trusted = bundle if special else None
    with smtp_server(bundle, implicit=implicit, **special) as server:
        error = failure_at(server.port, trusted, **(IMPLICIT if implicit else {}))
    assert error.stage == ("TLS" if implicit else "STARTTLS")
    assert "its certificate is not trusted: " in error.happened
    assert reason in error.happened
    assert remedy in error.remedy
    assert not server.logins


def test_tls_below_1_2_ends_the_session(bundle: Path) -> None:
    """Nothing is sent after STARTTLS."""
    context = old(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with scripted_server(*GOOD, ca_bundle=bundle, context=context) as server:
        error = failure_at(server.port, bundle)
    assert "PROTOCOL_VERSION" in error.happened
    assert "TLS 1.2" in error.remedy
    assert server.received[-1] == b"STARTTLS"


def test_the_certificate_must_match_host_as_given(bundle: Path) -> None:
    """A certificate for a name does not cover the address of the same server."""
    with smtp_server(bundle, names=["localhost"]) as server:
        assert verify_at(server.port, bundle, host="localhost")
        assert "mismatch" in failure_at(server.port, bundle, host="127.0.0.1").happened
