"""The TLS contexts of a campaign's servers: an honest one, and some that a client cannot use."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "idp.example.com",
    "*.idp.example.com",
    "other.example.org",
    "*.other.example.org",
    "localhost",
    "127.0.0.1",
)


class Certificates:
    """Contexts for servers, by what they do.

    Args:
        bundle: Where to write the authority that clients trust.

    Attributes:
        honest: A certificate for all names, of that authority.
        untrusted: A certificate of another authority.
        misnamed: A certificate for another name.
        demanding: Asks for a client's certificate, by TLS version; in 1.3 a client learns that it
            is missing only after it has sent its request.
    """

    def __init__(self, bundle: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(bundle)
        self.honest = _context(authority, *NAMES)
        self.untrusted = _context(trustme.CA(), *NAMES)
        self.misnamed = _context(authority, "elsewhere.example.net")
        self.demanding = {
            version: _demanding(_context(authority, *NAMES), authority, version)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        }


def _context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def _demanding(
    context: ssl.SSLContext, authority: trustme.CA, version: ssl.TLSVersion
) -> ssl.SSLContext:
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return context
