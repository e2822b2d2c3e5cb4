"""One pool for an operation, in which no connection serves another name than its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.http.tls_witness import tls_witness
from tests.http.wire import open_client, post

if TYPE_CHECKING:
    from pathlib import Path

HOST = "idp.example.com"


def test_a_pooled_connection_of_one_name_never_serves_another(tmp_path: Path) -> None:
    """With connectTo all names share an address, and still each has TLS sessions of its own."""
    bundle = tmp_path / "ca.pem"
    names = ("a.example.com", "b.example.com", "a.example.com")
    with (
        tls_witness(bundle, *set(names)) as witness,
        open_client(bundle, witness.address) as client,
    ):
        for name in names:
            post(client, f"https://{name}/")
    assert witness.seen == [(name, name) for name in names]


def test_connections_are_kept_for_the_next_request(tmp_path: Path) -> None:
    """A hundred tenants on one host cost a handshake, not a hundred."""
    bundle = tmp_path / "ca.pem"
    with tls_witness(bundle, HOST) as witness, open_client(bundle, witness.address) as client:
        for _ in range(3):
            post(client)
    assert (len(witness.seen), len(witness.names)) == (3, 1)
