"""Any fault of a server fails its stage before the deadline."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.smtp.advice import CLIENT_REJECTED, REMEDIES, RETRY_LATER, TAMPERING
from tests.smtp.scripted_server import (
    GOOD,
    GREETING,
    OFFER_STARTTLS,
    OK,
    STAGES,
    Act,
    Drip,
    Endless,
    scripted_server,
)
from tests.smtp.verifying import PATIENCE, RECIPIENT, failure_at, verify_at

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.errors import NotVerified
    from tests.smtp.scripted_server import Reply

FAULTS: dict[str, Reply] = {
    "refused": b"554 5.7.1 no\r\n",
    "refused in lines": b"554-5.7.1 no\r\n554 sorry\r\n",
    "temporary": b"421 4.3.2 busy\r\n",
    "cut": Act.CUT,
    "cut in a line": (b"250 o", Act.CUT),
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bytes of no charset": b"\xff\xfe\x00\x80\r\n",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x28\n",
    "an empty line": b"\r\n",
    "a line without an end": Endless(b"2" * 4096),
    "lines without an end": Endless(b"250-more\r\n" * 400),
}
ADVICE = {*REMEDIES.values(), CLIENT_REJECTED, RETRY_LATER, TAMPERING}


def failure_of(bundle: Path, number: int, fault: Reply, seconds: float = PATIENCE) -> NotVerified:
    """Return the error if a fault replaces one reply of a good script."""
    # A server that refuses EHLO is greeted once more, with HELO.
    faults = (fault, fault) if STAGES[number] == "EHLO" else (fault,)
    with scripted_server(*GOOD[:number], *faults, ca_bundle=bundle) as server:
        return failure_at(server.port, bundle, seconds=seconds, recipient=RECIPIENT)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("number", range(len(GOOD)), ids=[f"{n} {s}" for n, s in enumerate(STAGES)])
def test_a_fault_fails_its_stage(bundle: Path, number: int, fault: Reply) -> None:
    """Any fault at any stage is an error with a remedy, and nothing waits for the deadline."""
    error = failure_of(bundle, number, fault)
    assert error.stage == STAGES[number]
    assert f" failed at {error.stage}: " in error.happened
    assert "no complete reply" not in error.happened
    assert error.remedy in ADVICE


@pytest.mark.parametrize(
    ("number", "fault", "remedy"),
    [
        (0, "refused", "connections from this machine's network"),
        (0, "temporary", "wait a moment"),
        (0, "TLS", "set ssl to true"),
        (0, "cut", "set ssl to true"),
        (0, "another protocol", "check host and port"),
        (4, "refused", "check user and password"),
        (4, "temporary", "wait a moment"),
        (4, "cut", "wait a moment"),
        (5, "refused", "envelopeFrom"),
    ],
)
def test_the_remedy_fits_the_fault(bundle: Path, number: int, fault: str, remedy: str) -> None:
    """A refusal does not blame the network, and a network fault does not blame the password."""
    assert remedy in failure_of(bundle, number, FAULTS[fault]).remedy


@pytest.mark.parametrize(
    ("number", "stray", "stage"),
    [
        (0, b"250 mx\r\n", "EHLO"),
        (1, b"220 go\r\n", "STARTTLS"),
        (3, b"235 welcome\r\n", "AUTH"),
        (4, OK, "MAIL FROM"),
        (5, OK, "RCPT TO"),
    ],
)
def test_a_reply_before_its_command_ends_the_session(
    bundle: Path, number: int, stray: bytes, stage: str
) -> None:
    """It cannot be matched to a command, so no further command is sent."""
    before, reply = GOOD[:number], GOOD[number]
    assert isinstance(reply, bytes)
    replies = (*before, reply + stray)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, recipient=RECIPIENT)
    assert error.stage == stage
    assert "before the command was sent" in error.happened
    assert "password" not in error.remedy
    assert len(server.received) == number


@pytest.mark.parametrize("fault", [Act.SILENCE, Drip(b"2" * 4096)], ids=["silence", "drip"])
def test_a_slow_server_hits_the_deadline_of_the_session(tmp_path: Path, fault: Reply) -> None:
    """At any stage, silence and single bytes both end at the deadline of all stages."""
    bundles = [tmp_path / f"{number}.pem" for number in range(len(GOOD))]
    begin = time.monotonic()
    with ThreadPoolExecutor(len(GOOD)) as pool:
        errors = list(
            pool.map(lambda n: failure_of(bundles[n], n, fault, seconds=3), range(len(GOOD)))
        )
    assert [error.stage for error in errors] == list(STAGES)
    assert all("within 3 s" in error.happened for error in errors)
    assert time.monotonic() - begin < PATIENCE


def test_a_silent_handshake_ends_at_the_deadline() -> None:
    """The deadline covers TLS too."""
    with scripted_server(Act.SILENCE) as server:
        assert failure_at(server.port, None, seconds=0.5, ssl=True).stage == "TLS"
    with scripted_server(GREETING, OFFER_STARTTLS, (b"220 go\r\n", Act.SILENCE)) as server:
        assert failure_at(server.port, None, seconds=0.5).stage == "STARTTLS"


@pytest.mark.parametrize("fault", [Act.CUT, Act.SILENCE, b"502 no\r\n", Endless(b"2" * 4096)])
def test_a_fault_after_the_last_stage_changes_nothing(bundle: Path, fault: Reply) -> None:
    """The replies to RSET and QUIT are optional, and the wait for them is short."""
    begin = time.monotonic()
    with scripted_server(*GOOD[:-1], fault, ca_bundle=bundle) as server:
        assert verify_at(server.port, bundle)[-1].stage == "MAIL FROM"
    assert time.monotonic() - begin < PATIENCE / 2
