"""Where each answer on a connection ends.

httpcore keeps what follows an answer on its connection, and takes it for the answer to the next
request, which may be another tenant's. It does not tell, so answers are parsed here a second time,
by the same parser.
"""

from __future__ import annotations

from contextlib import suppress

import h11

MAX_HEAD = 64 * 1024
"""Bytes of interim answers (1xx) and header lines that may come before the body of an answer."""

PARTS = h11.InformationalResponse, h11.Response, h11.Data


class Framing:
    """What has arrived on a connection, request by request."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=2 * MAX_HEAD)
        self._head_left = 0

    @property
    def is_new(self) -> bool:
        """Whether there was no request yet."""
        return self._h11.our_state is h11.IDLE

    @property
    def awaits_answer(self) -> bool:
        """Whether a request has begun, and nothing of its answer's body has arrived."""
        return self._h11.their_state is h11.SEND_RESPONSE

    @property
    def has_surplus(self) -> bool:
        """Whether more has arrived than belongs to the answers, or nobody can tell."""
        return bool(self._h11.trailing_data[0]) or self._h11.their_state is h11.ERROR

    @property
    def head_is_too_long(self) -> bool:
        """Whether more than `MAX_HEAD` has arrived, and still no body."""
        return self.awaits_answer and self._head_left < 0

    def begin(self, head: bytes) -> None:
        """Begin a request; `head` begins with its method."""
        if not self.is_new:
            self._h11.start_next_cycle()
        method, _, _ = head.partition(b" ")
        self._h11.send(h11.Request(method=method, target=b"/", headers=[(b"Host", b"")]))
        self._h11.send(h11.EndOfMessage())
        self._head_left = MAX_HEAD

    def receive(self, data: bytes) -> None:
        """Take what was read; httpcore's own parser reports what is wrong with it."""
        if self.awaits_answer:
            self._head_left -= len(data)
        with suppress(h11.RemoteProtocolError):
            self._h11.receive_data(data)
            while isinstance(self._h11.next_event(), PARTS):
                pass
