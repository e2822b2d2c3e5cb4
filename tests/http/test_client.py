from __future__ import annotations

import gzip
import json
import random
import ssl
import zlib
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import httpcore
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator import Emulator, Fault
from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.http.client import TOTAL, Client, open_client
from pulumi_smtpconfig.http.responses import MAX_BODY, RETRYABLE, Response, seconds_to_wait
from pulumi_smtpconfig.http.transport import Transport, _attempt
from pulumi_smtpconfig.tls import EXPIRED, Trust
from tests.http.clients import MAX_WAIT, client_for, post
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
CONTENT = json.dumps(BODY)
SHORT = gzip.compress(b'{"status": "OK"}')
CAP = b"{" + b" " * (MAX_BODY - 2) + b"}"


@pytest.fixture
def client(emulator: Emulator) -> Client:
    """A client that reaches the emulator and tries once."""
    return client_for(emulator)


def test_without_settings_a_client_opens_and_warns_of_nothing() -> None:
    """Every connection setting has a default."""
    open_client(stack_config(), Trust(), pytest.fail)


def test_the_host_header_keeps_the_case_of_the_tenant(emulator: Emulator, client: Client) -> None:
    """A tenant's identifier is case-sensitive, in a host name too; a port belongs to the header."""
    url = "https://DEV3.idp.example.com:8443/digitanium/v4/mail/config"
    post(client, url, CONTENT, emulator.token)
    (request,) = emulator.requests
    assert request.header("host") == "DEV3.idp.example.com:8443"
    assert emulator.tenants["DEV3"] == BODY


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(
        lambda tenant: tenant not in {".", ".."}
    )
)
def test_an_encoded_path_arrives_unchanged(platform: Emulator, tenant: str) -> None:
    """A percent-encoded segment is neither decoded nor encoded twice."""
    platform.tenants.clear()
    url = f"https://idp.example.com/auth/realms/{quote(tenant, safe='')}/mail/setup"
    client = client_for(platform)
    post(client, url, CONTENT, platform.token)
    assert list(platform.tenants) == [tenant]


def test_the_headers_name_the_client_and_ask_for_plain_json(
    emulator: Emulator, client: Client
) -> None:
    """The platform's log can identify the client, and no response has to be decompressed."""
    post(client)
    (request,) = emulator.requests
    assert (request.header("user-agent") or "").startswith("pulumi-smtpconfig/")
    assert request.header("accept") == "application/json"
    assert request.header("accept-encoding") == "identity"


def test_a_cookie_is_not_sent_back(emulator: Emulator, client: Client) -> None:
    """On SHIFT all tenants share a host, so one tenant's session must not reach another."""
    emulator.order(Fault(200, '{"status": "OK"}', {"Set-Cookie": "SESSION=acme; Path=/"}))
    post(client)
    post(client)
    assert [request.header("cookie") for request in emulator.requests] == [None, None]


def test_without_a_response_in_time_the_outcome_is_unknown(emulator: Emulator) -> None:
    """The error names the setting to raise."""
    emulator.order(Fault(delay=10 * MAX_WAIT))
    client = client_for(emulator, timeout=0.5)
    with pytest.raises(OutcomeUnknown, match="smtpconfig:timeout"):
        post(client)
    assert len(emulator.requests) == 1


BODIES = {
    "gzip": (gzip.compress(b'{"status": "OK"}'), "gzip", b'{"status": "OK"}'),
    "deflate": (zlib.compress(b'{"status": "OK"}'), "deflate", b'{"status": "OK"}'),
    "at the cap": (CAP, "", CAP),
    "above the cap": (CAP + b" ", "", CAP + b" "),
    "compressed, at the cap": (gzip.compress(CAP), "gzip", CAP),
    "compressed, with data after its end": (
        SHORT + bytes(MAX_BODY),
        "gzip",
        SHORT + bytes(MAX_BODY),
    ),
    "compressed, above the cap": (gzip.compress(CAP + b" "), "gzip", CAP + b" "),
    "bomb": (gzip.compress(bytes(100 * MAX_BODY)), "gzip", bytes(MAX_BODY + 1)),
    "invalid gzip": (b"no gzip", "gzip", b"no gzip"),
    "unknown encoding": (b"br", "br", b"br"),
}


@pytest.mark.parametrize(("sent", "encoding", "kept"), BODIES.values(), ids=BODIES.keys())
def test_a_body_is_kept_up_to_the_cap(
    emulator: Emulator, client: Client, sent: bytes, encoding: str, kept: bytes
) -> None:
    """Some proxies compress unasked; a body never exceeds 1 MiB, decompressed or not."""
    emulator.order(Fault(200, sent, {"Content-Encoding": encoding} if encoding else {}))
    assert post(client).body == kept


@pytest.mark.parametrize("target", ["https://elsewhere.example/x", "https://[broken", "nowhere"])
def test_a_redirect_is_returned_and_not_followed(
    emulator: Emulator, client: Client, target: str
) -> None:
    """The token goes to no other host."""
    emulator.order(Fault(307, "", {"Location": target}))
    assert post(client).location == target
    assert len(emulator.requests) == 1


def test_a_request_whose_response_is_lost_is_sent_again(emulator: Emulator) -> None:
    """A POST replaces the settings, so sending it twice does no harm."""
    emulator.order(Fault(cut="body", applied=True))
    client = client_for(emulator, retries=1)
    response = post(client, content=CONTENT, token=emulator.token)
    assert (response.status, response.may_be_applied) == (200, True)
    assert "(2 tries in " in response.tried
    assert emulator.tenants["acme"] == BODY


IN_AN_HOUR = format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("status", "retry_after"),
    [(503, "60"), (503, "61"), (503, "9" * 400), (429, IN_AN_HOUR)],
    ids=["60", "61", "infinite", "date"],
)
def test_a_server_that_asks_for_a_minute_or_more_is_not_waited_for(
    emulator: Emulator, status: int, retry_after: str
) -> None:
    """The response is returned at once, with the wait that it asks for."""
    emulator.order(Fault(status, "busy", {"Retry-After": retry_after}))
    seconds = seconds_to_wait(retry_after, datetime.now(timezone.utc))
    client = client_for(emulator, retries=3)
    response = post(client)
    assert response.status == status
    assert response.retry_after == pytest.approx(seconds, abs=MAX_WAIT)
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("status", sorted(RETRYABLE))
def test_a_server_may_ask_for_no_pause(emulator: Emulator, status: int) -> None:
    """`Retry-After: 0` does not stop the repeat."""
    emulator.order(Fault(status, "busy", {"Retry-After": "0"}))
    client = client_for(emulator, retries=1)
    response = post(client, token=emulator.token, content=CONTENT)
    assert (response.status, len(emulator.requests)) == (200, 2)


SHORT_PAUSES = 152872
"""A seed with which the first three pauses together are below 0.1 s."""

TIMEOUT = 7.0


class Outcome(NamedTuple):
    """What one try meets: a status, or an exception before or after the request was sent."""

    status: int = 0
    retry_after: str = ""
    sent: bool = True
    untrusted: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether a repeat may help, and the server asks for less than the total time."""
        if self.status:
            return self.status in RETRYABLE and float(self.retry_after or 0) < TOTAL
        return not self.untrusted

    @property
    def may_be_applied(self) -> bool:
        """Whether the platform may have applied the request without saying so."""
        return self.status >= 500 or (not self.status and self.sent)


UNREACHED = Outcome(sent=False)
LOST = Outcome()
UNTRUSTED = Outcome(sent=False, untrusted=True)
OK = Outcome(200)
LONG_WAIT = Outcome(503, f"{TOTAL:.0f}")
STATUSES = st.sampled_from([200, 301, 400, 401, 404, 408, 425, 500, 501, 505, *RETRYABLE])
RESPONSES = (STATUSES | st.integers(200, 599)).map(Outcome)
OUTCOMES = st.sampled_from([UNREACHED, LOST, UNTRUSTED, LONG_WAIT]) | RESPONSES


class ScriptedTransport(Transport):
    """Meets one outcome after the other, and records the seconds that each try may take."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.seconds: list[float] = []
        self._outcomes = list(outcomes)

    @contextmanager
    def stream(self, *_: object) -> Iterator[httpcore.Response]:
        """Meet the next outcome."""
        attempt = _attempt.get()
        self.seconds.append(attempt.deadline.remaining())
        outcome = self._outcomes.pop(0)
        attempt.sent = outcome.sent
        if outcome.untrusted:
            expired = ssl.SSLCertVerificationError()
            expired.verify_code, expired.verify_message = EXPIRED[0], "expired"
            raise httpcore.ConnectError("TLS") from expired
        if not outcome.status:
            raise httpcore.ReadError("gone")
        headers = [("Retry-After", outcome.retry_after)] if outcome.retry_after else []
        yield httpcore.Response(outcome.status, headers=headers, content=b"{}")


def send_through(*outcomes: Outcome, retries: int) -> tuple[Response | SmtpConfigError, int]:
    """Send a request that meets these outcomes; return how it ends, and the number of tries."""
    random.seed(SHORT_PAUSES)
    transport = ScriptedTransport(*outcomes)
    try:
        end: Response | SmtpConfigError = post(Client(transport, TIMEOUT, retries))
    except SmtpConfigError as error:
        end = error
    assert all(0 < seconds <= TIMEOUT for seconds in transport.seconds)
    return end, len(transport.seconds)


@given(outcomes=st.lists(OUTCOMES, min_size=4, max_size=4), retries=st.integers(0, 3))
@example(outcomes=[LOST, Outcome(400), OK, OK], retries=3)
@example(outcomes=[LOST, UNREACHED, UNTRUSTED, OK], retries=3)
@example(outcomes=[UNREACHED] * 4, retries=3)
@example(outcomes=[Outcome(503)] * 4, retries=2)
def test_a_request_is_tried_until_an_outcome_is_final_or_no_retry_is_left(
    outcomes: list[Outcome], retries: int
) -> None:
    """The end tells of every try: whether one may be applied, and how many there were."""
    final = [place for place, outcome in enumerate(outcomes, 1) if not outcome.is_repeated]
    expected = min([*final, retries + 1])
    end, tries = send_through(*outcomes, retries=retries)
    assert tries == expected
    may_be_applied = any(outcome.may_be_applied for outcome in outcomes[:tries])
    if status := outcomes[tries - 1].status:
        assert isinstance(end, Response)
        assert (end.status, end.may_be_applied) == (status, may_be_applied)
        assert (f"({tries} tries in " in end.tried) == (tries > 1)
    else:
        assert type(end) is (OutcomeUnknown if may_be_applied else ConnectionFailed)
        assert (f" ({tries} tries in " in str(end)) == (tries > 1)


@pytest.mark.parametrize("status", range(200, 600))
def test_only_a_status_that_may_change_is_repeated(status: int) -> None:
    """429, 502, 503 and 504 may change a moment later; no other status does."""
    assert {429, 502, 503, 504} == RETRYABLE
    _, tries = send_through(Outcome(status), OK, retries=1)
    assert tries == (2 if status in RETRYABLE else 1)


def test_a_failure_after_a_try_that_may_be_applied_leaves_the_outcome_unknown() -> None:
    """The second try says nothing about the first, so the error says to send again."""
    end, _ = send_through(LOST, UNTRUSTED, retries=1)
    assert isinstance(end, OutcomeUnknown)
    assert "`pulumi up`" in end.remedy
    assert "but an earlier try was sent (2 tries in 0 s)." in end.happened
    assert "nothing was sent" not in end.happened


def test_a_bug_is_not_repeated() -> None:
    """An exception that is not a network failure is raised at once."""
    transport = ScriptedTransport()
    with pytest.raises(IndexError):
        post(Client(transport, TIMEOUT, 3))
    assert len(transport.seconds) == 1
