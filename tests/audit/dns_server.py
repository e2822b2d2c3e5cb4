"""A DNS server on loopback, over UDP and TCP, with the records that a test gives it."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STRING = 255
MAX_UDP = 512
"""Bytes of an answer over UDP; a longer one is cut, and asked for again over TCP."""


class DnsServer:
    """What the server publishes, and what it was asked.

    Attributes:
        records: The texts of records by name and kind, as in a zone file.
        silent: The names that it does not answer.
        broken: The names that it answers with a failure.
        questions: How often it was asked for each name and kind, again over TCP aside.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.questions: Counter[tuple[str, str]] = Counter()
        self.address = ""

    def publish(self, name: str, kind: str, *texts: str) -> None:
        """Publish records, which replace earlier ones."""
        self.records[name, kind] = [*texts]

    def publish_texts(self, name: str, *texts: str | bytes) -> None:
        """Publish TXT records of any bytes, in strings of at most 255."""
        self.publish(name, "TXT", *map(_as_strings, texts))

    def answer(self, wire: bytes, *, is_again: bool = False) -> bytes | None:
        """Return the answer to a question, or None for none."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.questions[name, kind] += not is_again
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()


def _as_strings(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    starts = range(0, max(1, len(data)), MAX_STRING)
    parts = ["".join(f"\\{byte:03}" for byte in data[at : at + MAX_STRING]) for at in starts]
    return " ".join(f'"{part}"' for part in parts)


@contextmanager
def running_dns_server() -> Iterator[DnsServer]:
    """Run an empty DNS server on 127.0.0.1."""
    server = DnsServer()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, endpoint = self.request
            if answer := server.answer(wire):
                if len(answer) > MAX_UDP:
                    cut = dns.message.make_response(dns.message.from_wire(wire))
                    cut.flags |= dns.flags.TC
                    answer = cut.to_wire()
                endpoint.sendto(answer, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            if answer := server.answer(self.rfile.read(length), is_again=True):
                self.wfile.write(struct.pack("!H", len(answer)) + answer)

    with (  # few ports are taken for UDP, so that one is free for it too
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp) as tcp,
        socketserver.ThreadingUDPServer(tcp.server_address, Udp) as udp,
    ):
        for each in (udp, tcp):
            threading.Thread(target=each.serve_forever, args=(0.02,), daemon=True).start()
        server.address = f"127.0.0.1:{udp.server_address[1]}"
        yield server
        for each in (udp, tcp):
            each.shutdown()
