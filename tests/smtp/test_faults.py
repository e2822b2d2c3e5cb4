"""Whatever a server says instead of a reply, the stage is named, and soon."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.smtp.asked import PATIENCE, RECIPIENT, refusal, tried
from tests.smtp.scripted_server import Act, Drip, Endless, scripted_server
from tests.smtp.scripts import DONE, GOOD, HI, OFFER, STAGES

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.errors import NotVerified
    from tests.smtp.scripted_server import Reply

FAULTS: dict[str, Reply] = {
    "refused": b"554 5.7.1 no\r\n",
    "refused in lines": b"554-5.7.1 no\r\n554 sorry\r\n",
    "later": b"421 4.3.2 busy\r\n",
    "cut": Act.CUT,
    "cut in a line": (b"250 o", Act.CUT),
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bytes of no charset": b"\xff\xfe\x00\x80\r\n",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x28\n",
    "an empty line": b"\r\n",
    "a line without an end": Endless(b"2" * 4096),
    "lines without an end": Endless(b"250-more\r\n" * 400),
}


def failed_at(bundle: Path, number: int, fault: Reply, seconds: float = PATIENCE) -> NotVerified:
    """Return the error where one part of a good script is replaced."""
    with scripted_server(*GOOD[:number], fault, ca_bundle=bundle) as server:
        return refusal(server.port, bundle, seconds=seconds, recipient=RECIPIENT)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("number", range(len(GOOD)), ids=[f"{n} {s}" for n, s in enumerate(STAGES)])
def test_a_fault_names_its_stage(bundle: Path, number: int, fault: Reply) -> None:
    """At any stage, any nonsense is an error with something to do, and nothing worse."""
    error = failed_at(bundle, number, fault)
    assert error.stage == STAGES[number]
    assert f" failed at {error.stage}: " in error.happened
    assert "no whole answer" not in error.happened
    assert error.remedy.endswith(("try again.", '"off".', "locked."))


@pytest.mark.parametrize(
    ("number", "fault", "remedy"),
    [
        (0, "refused", "connections from this machine's network"),
        (0, "later", "wait a little"),
        (0, "TLS", "set ssl to true"),
        (0, "cut", "set ssl to true"),
        (0, "another protocol", "check host and port"),
        (4, "refused", "check user and password"),
        (4, "later", "wait a little"),
        (4, "cut", "wait a little"),
        (5, "refused", "envelopeFrom"),
    ],
)
def test_the_remedy_is_for_what_happened(
    bundle: Path, number: int, fault: str, remedy: str
) -> None:
    """A refusal is no fault of the network, and a fault of the network no reason for a password."""
    assert remedy in failed_at(bundle, number, FAULTS[fault]).remedy


@pytest.mark.parametrize(
    ("number", "stray", "stage"),
    [
        (0, b"250 mx\r\n", "EHLO"),
        (1, b"220 go\r\n", "STARTTLS"),
        (3, b"235 welcome\r\n", "AUTH"),
        (4, DONE, "MAIL FROM"),
        (5, DONE, "RCPT TO"),
    ],
)
def test_a_reply_that_comes_before_its_command_counts_for_nothing(
    bundle: Path, number: int, stray: bytes, stage: str
) -> None:
    """What is said unasked may belong to anything, so nothing more is asked."""
    before, reply = GOOD[:number], GOOD[number]
    assert isinstance(reply, bytes)
    replies = (*before, reply + stray)
    with scripted_server(*replies, ca_bundle=bundle) as server:
        error = refusal(server.port, bundle, recipient=RECIPIENT)
    assert error.stage == stage
    assert "before it was asked" in error.happened
    assert "password" not in error.remedy
    assert len(server.heard) == number


@pytest.mark.parametrize("fault", [Act.SILENCE, Drip(b"2" * 4096)], ids=["silence", "drip"])
def test_a_server_that_takes_its_time_has_one_deadline(tmp_path: Path, fault: Reply) -> None:
    """At any stage, silent or byte by byte, all ends at the deadline of the whole session."""
    bundles = [tmp_path / f"{number}.pem" for number in range(len(GOOD))]
    begin = time.monotonic()
    with ThreadPoolExecutor(len(GOOD)) as pool:
        errors = list(
            pool.map(lambda n: failed_at(bundles[n], n, fault, seconds=3), range(len(GOOD)))
        )
    assert [error.stage for error in errors] == list(STAGES)
    assert all("within 3 s" in error.happened for error in errors)
    assert time.monotonic() - begin < PATIENCE


def test_a_handshake_that_does_not_begin_ends_at_the_deadline() -> None:
    """A port that says nothing is no reason to wait for ever."""
    with scripted_server(Act.SILENCE) as server:
        assert refusal(server.port, None, seconds=0.5, ssl=True).stage == "TLS"
    with scripted_server(HI, OFFER, (b"220 go\r\n", Act.SILENCE)) as server:
        assert refusal(server.port, None, seconds=0.5).stage == "STARTTLS"


@pytest.mark.parametrize("farewell", [Act.CUT, Act.SILENCE, b"502 no\r\n", Endless(b"2" * 4096)])
def test_the_end_of_a_session_changes_nothing(bundle: Path, farewell: Reply) -> None:
    """RSET and QUIT are a courtesy, which no server has to return, and nobody waits for long."""
    begin = time.monotonic()
    with scripted_server(*GOOD[:-1], farewell, ca_bundle=bundle) as server:
        assert tried(server.port, bundle)[-1].stage == "MAIL FROM"
    assert time.monotonic() - begin < PATIENCE / 2
