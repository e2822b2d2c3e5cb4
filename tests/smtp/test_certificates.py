"""No password goes to a server whose certificate is not for it."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.http.test_trust import old
from tests.smtp.asked import refusal, tried
from tests.smtp.scripted_server import scripted_server
from tests.smtp.scripts import GOOD
from tests.smtp.smtp_server import smtp_server

if TYPE_CHECKING:
    from pathlib import Path

YESTERDAY = datetime.now(timezone.utc) - timedelta(days=1)
IMPLICIT: dict[str, Any] = {"ssl": True, "starttls": False}


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize(
    ("names", "valid_until", "words", "remedy"),
    [
        (["smtp.acme.example"], None, "mismatch", "set host to a name"),
        (["127.0.0.1"], YESTERDAY, "expired", "renewed"),
    ],
    ids=["another name", "expired"],
)
def test_a_wrong_certificate_ends_the_session(  # noqa: PLR0913 - a row of the table each
    bundle: Path,
    names: list[str],
    valid_until: datetime | None,
    words: str,
    remedy: str,
    *,
    implicit: bool,
) -> None:
    """What is wrong with it is quoted, with its own remedy."""
    changes = IMPLICIT if implicit else {}
    with smtp_server(bundle, *names, implicit=implicit, valid_until=valid_until) as server:
        error = refusal(server.port, bundle, **changes)
    assert error.stage == ("TLS" if implicit else "STARTTLS")
    assert "its certificate is not trusted: " in error.happened
    assert words in error.happened
    assert remedy in error.remedy
    assert not server.logins


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "TLS"])
def test_an_unknown_authority_is_refused_and_the_remedy_is_the_bundle(
    bundle: Path, *, implicit: bool
) -> None:
    """The error says how to trust a private authority."""
    with smtp_server(bundle, implicit=implicit) as server:
        error = refusal(server.port, None, **(IMPLICIT if implicit else {}))
    assert "smtpconfig:caBundle" in error.remedy
    assert not server.logins


def test_tls_below_1_2_is_refused(bundle: Path) -> None:
    """A server that an old client still reaches is told no password."""
    context = old(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with scripted_server(*GOOD, ca_bundle=bundle, context=context) as server:
        error = refusal(server.port, bundle)
    assert "PROTOCOL_VERSION" in error.happened
    assert "TLS 1.2" in error.remedy
    assert server.heard[-1] == b"STARTTLS"


def test_the_certificate_has_to_be_for_the_name_in_host(bundle: Path) -> None:
    """A name and an address of the same server are two things."""
    with smtp_server(bundle, "localhost") as server:
        assert tried(server.port, bundle, host="localhost")
        assert "mismatch" in refusal(server.port, bundle, host="127.0.0.1").happened
