"""Whose certificates are taken: the operating system's authorities, and those of a file."""

from __future__ import annotations

import platform
import ssl
import threading

import truststore

OUTSIDE_ITS_TIME = (9, 10)
OTHER_NAME = (62, 64)
UNTRUSTED = (18, 19, 20, 21)
"""X509_V_ERR codes of OpenSSL; untrusted: self-signed, or by an authority that is not known."""


class Trust:
    """The operating system's authorities, and those of a PEM file.

    Raises:
        OSError: The file cannot be read, or holds no certificate (`ssl.SSLError`).
    """

    def __init__(self, ca_bundle: str | None) -> None:
        self._ca_bundle = ca_bundle
        self._of_thread = threading.local()
        found = _found_by_openssl()
        self._of_all = self._completed(found) if found else None
        self.context()

    def context(self) -> ssl.SSLContext:
        """Return what this thread connects with.

        truststore's contexts are not safe, or not quick, to share, and load all authorities for
        each connection, so they serve only where OpenSSL does not find these by itself.
        """
        if self._of_all:
            return self._of_all
        if not hasattr(self._of_thread, "context"):
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._of_thread.context = self._completed(context)
        verified: ssl.SSLContext = self._of_thread.context
        return verified

    def _completed(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._ca_bundle:
            context.load_verify_locations(cafile=self._ca_bundle)
        return context


def _found_by_openssl() -> ssl.SSLContext | None:
    if platform.system() in {"Darwin", "Windows"}:  # their authorities are no files
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context if context.cert_store_stats()["x509_ca"] else None
