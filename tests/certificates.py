"""Certificates that trustme does not issue."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

A_DAY = timedelta(days=1)


def with_a_common_name_alone(name: str, ca_bundle: str) -> ssl.SSLContext:
    """Return a server's context with a certificate for `name` that has no subjectAltName.

    The certificate's authority is written to `ca_bundle`.
    """
    authority, issuer = ec.generate_private_key(ec.SECP256R1()), _name("Old authority")
    key = ec.generate_private_key(ec.SECP256R1())
    root = _builder(issuer, issuer, authority.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    leaf = _builder(_name(name), issuer, key.public_key())
    with TemporaryDirectory() as folder:
        pair = Path(folder, "pair.pem")
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        pair.write_bytes(private + _pem(leaf.sign(authority, hashes.SHA256())))
        Path(ca_bundle).write_bytes(_pem(root.sign(authority, hashes.SHA256())))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
    return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    return builder.not_valid_before(now - A_DAY).not_valid_after(now + A_DAY)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
