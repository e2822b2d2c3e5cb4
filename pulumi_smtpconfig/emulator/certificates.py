"""A certificate for every name that a client asks for, from an authority that lives in memory."""

import functools
import ssl
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

VALIDITY = timedelta(days=365)
"""Some operating systems refuse a server certificate that is valid for more than 825 days."""


def server_context(ca_bundle: Path) -> ssl.SSLContext:
    """A TLS context that has a certificate for any DNS name, for localhost and for 127.0.0.1.

    The authority's certificate is written to `ca_bundle`. A leaf and its key touch that folder
    while OpenSSL, which reads files only, loads them.
    """
    authority = trustme.CA(organization_name="pulumi-smtpconfig emulator")
    authority.cert_pem.write_to_path(ca_bundle)

    @functools.cache
    def context_for(*names: str) -> ssl.SSLContext:
        return _context(authority, names, ca_bundle.parent)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        with suppress(ValueError):  # no certificate can be for it: the client will say so
            connection.context = context_for(name.lower()) if name else default

    default = context_for("localhost", "127.0.0.1")
    default.sni_callback = choose
    return default


def _context(authority: trustme.CA, names: tuple[str, ...], folder: Path) -> ssl.SSLContext:
    begin = datetime.now(timezone.utc) - timedelta(days=1)
    leaf = authority.issue_cert(*names, not_before=begin, not_after=begin + VALIDITY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.private_key_and_cert_chain_pem.tempfile(dir=str(folder)) as pem:
        context.load_cert_chain(pem)
    return context
