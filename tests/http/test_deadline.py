"""No wait is without an end, however the server spreads its bytes."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConnectionFailed, OutcomeUnknown
from tests.http.dripping_server import BYTES, dripping_server
from tests.http.wire import open_client, post

if TYPE_CHECKING:
    from pathlib import Path

HEADER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Drip: ", b"\r\n\r\n{}"
BODY = f"HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n".encode(), b""


@pytest.mark.parametrize("answer", [HEADER, BODY], ids=["header", "body"])
def test_an_answer_that_drips_ends_at_the_deadline(
    tmp_path: Path, answer: tuple[bytes, bytes]
) -> None:
    """Every byte is in time and the answer is whole after 20 s, but it had one."""
    bundle = tmp_path / "ca.pem"
    with (
        dripping_server(bundle, *answer) as address,
        open_client(bundle, address, timeout=1) as client,
        pytest.raises(OutcomeUnknown, match="smtpconfig:timeout"),
    ):
        post(client)


def test_a_handshake_that_does_not_begin_ends_at_the_deadline() -> None:
    """What accepts connections and says nothing was sent nothing."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        open_client(None, silent.getsockname(), timeout=0.5) as client,
        pytest.raises(ConnectionFailed, match="smtpconfig:timeout") as caught,
    ):
        post(client)
    assert "smtpconfig:timeout" in caught.value.remedy


def test_each_try_has_a_deadline_of_its_own(tmp_path: Path) -> None:
    """What one try used up is not taken from the next."""
    bundle = tmp_path / "ca.pem"
    with (
        dripping_server(bundle, *HEADER) as address,
        open_client(bundle, address, timeout=0.5, retries=1) as client,
        pytest.raises(OutcomeUnknown, match=r"\(2 tries in "),
    ):
        post(client)
