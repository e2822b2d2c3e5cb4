"""The emulator's authority: whom it has certificates for, and who trusts it."""

import ssl

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import SHIFT, connect, handshake, send


@pytest.mark.parametrize(
    "name",
    ["DEV3.idp.example.com", "xn--mnchen-3ya.example.com", "x.localhost", "localhost", "127.0.0.1"],
)
def test_every_name_has_a_certificate(emulator: Emulator, name: str) -> None:
    """A client that trusts the authority alone is served, whatever host it asks for."""
    handshake(emulator.environment, name).close()


def test_a_name_that_no_certificate_can_be_for_gets_another_ones(emulator: Emulator) -> None:
    """The client, which knows the name it wanted, says what is wrong."""
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'a_b"):
        handshake(emulator.environment, "a_b.example.com")


def test_nobody_trusts_it_unasked(emulator: Emulator) -> None:
    """Without the bundle its certificates are as bad as any stranger's."""
    with connect(emulator.environment) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_the_authority_writes_its_certificate_alone(emulator: Emulator) -> None:
    """Its key, with which anybody could pose as any host, is on no disk."""
    send(emulator.environment, SHIFT)
    (pem,) = emulator.ca_bundle.parent.iterdir()
    assert "PRIVATE" not in pem.read_text()
    assert emulator.ca_bundle.parent.stat().st_mode & 0o077 == 0
