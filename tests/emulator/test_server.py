import ssl

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import SHIFT, connect, handshake, send


@pytest.mark.parametrize(
    "name",
    ["DEV3.idp.example.com", "xn--mnchen-3ya.example.com", "x.localhost", "localhost", "127.0.0.1"],
)
def test_every_host_name_has_a_certificate(emulator: Emulator, name: str) -> None:
    """A client that only trusts the authority can connect, whatever host it asks for."""
    handshake(emulator.environment, name).close()


def test_an_invalid_host_name_gets_another_certificate(emulator: Emulator) -> None:
    """The client reports the mismatch."""
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'a_b"):
        handshake(emulator.environment, "a_b.example.com")


def test_its_certificates_are_not_trusted_by_default(emulator: Emulator) -> None:
    """Without the bundle, verification fails."""
    with connect(emulator.environment) as plain, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_only_the_certificate_of_the_authority_is_on_disk(emulator: Emulator) -> None:
    """Its private key, which could impersonate any host, is never written."""
    send(emulator.environment, SHIFT)
    (pem,) = emulator.ca_bundle.parent.iterdir()
    assert "PRIVATE" not in pem.read_text()
    assert emulator.ca_bundle.parent.stat().st_mode & 0o077 == 0
