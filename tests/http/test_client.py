"""What is sent as it is told, and what is made of each answer or of none."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import OutcomeUnknown
from pulumi_smtpconfig.http.responses import MAX_BODY
from tests.http.wire import PATIENCE, connected, post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_smtpconfig.http.client import Client

BODY = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
CAP = b"{" + b" " * (MAX_BODY - 2) + b"}"


@pytest.fixture
def emulator(platform: Emulator) -> Emulator:
    """The platform, its memory empty."""
    platform.requests.clear()
    platform.tenants.clear()
    return platform


@pytest.fixture(scope="module")
def client(platform: Emulator) -> Iterator[Client]:
    """A client for what many requests are sent to."""
    with connected(platform) as opened:
        yield opened


def test_the_host_header_keeps_the_case_of_the_tenant(emulator: Emulator, client: Client) -> None:
    """A tenant's identifier is case-sensitive, in a host name too, and the port goes with it."""
    url = "https://DEV3.idp.example.com:8443/digitanium/v4/mail/config"
    post(client, url, json.dumps(BODY), emulator.token)
    (request,) = emulator.requests
    assert request.header("host") == "DEV3.idp.example.com:8443"
    assert emulator.tenants["DEV3"] == BODY


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(
        lambda tenant: tenant not in {".", ".."}
    )
)
def test_an_encoded_path_arrives_as_it_was_encoded(
    client: Client, platform: Emulator, tenant: str
) -> None:
    """What is percent-encoded in the URL is one segment on the wire, neither undone nor doubled."""
    platform.tenants.clear()
    url = f"https://idp.example.com/auth/realms/{quote(tenant, safe='')}/mail/setup"
    post(client, url, json.dumps(BODY), platform.token)
    assert list(platform.tenants) == [tenant]


def test_the_headers_say_what_it_is_and_ask_for_plain_json(
    emulator: Emulator, client: Client
) -> None:
    """The platform's log can tell who it was, and no answer needs to be compressed."""
    post(client)
    (request,) = emulator.requests
    assert (request.header("user-agent") or "").startswith("pulumi-smtpconfig/")
    assert request.header("accept") == "application/json"
    assert request.header("accept-encoding") == "identity"


@pytest.mark.parametrize("cut", ["header", "body"])
@pytest.mark.parametrize("applied", [False, True])
def test_without_a_whole_answer_the_outcome_is_unknown(
    emulator: Emulator, client: Client, cut: str, *, applied: bool
) -> None:
    """A connection that breaks tells nothing, whether or not the request was carried out."""
    emulator.order(Fault(cut="header" if cut == "header" else "body", applied=applied))
    with pytest.raises(OutcomeUnknown, match="the platform may have the old ones or the new ones"):
        post(client)
    assert len(emulator.requests) == 1


def test_without_an_answer_in_time_the_outcome_is_unknown(emulator: Emulator) -> None:
    """The setting to raise is named."""
    emulator.order(Fault(delay=10 * PATIENCE))
    with (
        connected(emulator, timeout=0.5) as impatient,
        pytest.raises(OutcomeUnknown, match="smtpconfig:timeout"),
    ):
        post(impatient)
    assert len(emulator.requests) == 1


ANSWERS = {
    "gzip": (gzip.compress(b'{"status": "OK"}'), "gzip", b'{"status": "OK"}'),
    "deflate": (zlib.compress(b'{"status": "OK"}'), "deflate", b'{"status": "OK"}'),
    "the cap": (CAP, "", CAP),
    "more than the cap": (CAP + b" ", "", CAP + b" "),
    "compressed the cap": (gzip.compress(CAP), "gzip", CAP),
    "compressed more than the cap": (gzip.compress(CAP + b" "), "gzip", CAP + b" "),
    "a bomb": (gzip.compress(bytes(100 * MAX_BODY)), "gzip", bytes(MAX_BODY + 1)),
    "broken compression": (b"no gzip", "gzip", b"no gzip"),
    "half of a compression": (gzip.compress(b"{}" * 9)[:-12], "gzip", None),
    "another compression": (b"br", "br", b"br"),
}


@pytest.mark.parametrize(("sent", "encoding", "kept"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_kept_up_to_the_cap(
    emulator: Emulator, client: Client, sent: bytes, encoding: str, kept: bytes | None
) -> None:
    """Some proxies compress though they are asked not to; nothing exceeds 1 MiB on the way."""
    emulator.order(Fault(200, sent, {"Content-Encoding": encoding} if encoding else {}))
    body = post(client).body
    assert kept in {body, None}


@pytest.mark.parametrize("target", ["https://elsewhere.example/x", "https://[broken", "nowhere"])
def test_a_redirect_is_an_answer_like_any_other(
    emulator: Emulator, client: Client, target: str
) -> None:
    """It is handed on and not followed, wherever it leads, so that the token goes nowhere else."""
    emulator.order(Fault(307, "", {"Location": target}))
    assert post(client).location == target
    assert len(emulator.requests) == 1


def test_a_lost_answer_is_asked_for_again(emulator: Emulator) -> None:
    """A POST of settings replaces them, so a repeat after a broken connection does no harm."""
    emulator.order(Fault(cut="body", applied=True))
    with connected(emulator, retries=1) as patient:
        answer = post(patient, content=json.dumps(BODY), token=emulator.token)
    assert (answer.status, answer.may_be_applied) == (200, True)
    assert "(2 tries in " in answer.tried
    assert emulator.tenants["acme"] == BODY
