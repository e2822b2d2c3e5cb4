"""Whose certificates are trusted: the operating system's authorities, and those of a PEM file."""

from __future__ import annotations

import platform
import ssl
import threading
from pathlib import Path

import truststore

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.files import read_file

MAX_BUNDLE_BYTES = 16 * 1024 * 1024

EXPIRED = (9, 10)
OTHER_NAME = (62, 64)
UNTRUSTED = (18, 19, 20, 21)
"""X509_V_ERR codes of OpenSSL; untrusted: self-signed, or issued by an unknown authority."""


class Trust:
    """The operating system's authorities, and those of a PEM file.

    Raises:
        OSError: The file cannot be read, or contains no certificate (`ssl.SSLError`).
    """

    def __init__(self, ca_bundle: str = "") -> None:
        self._ca_bundle = _pem(ca_bundle) if ca_bundle else ""
        self._of_thread = threading.local()
        found = _found_by_openssl()
        self._shared = self._completed(found) if found else None
        self.context()

    def context(self) -> ssl.SSLContext:
        """Return the context for a connection of this thread.

        truststore's contexts are neither safe nor fast to share between threads, and load all
        authorities for each connection, so they are used only if OpenSSL finds none by itself.
        """
        if self._shared:
            return self._shared
        if not hasattr(self._of_thread, "context"):
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._of_thread.context = self._completed(context)
        verified: ssl.SSLContext = self._of_thread.context
        return verified

    def _completed(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False  # RFC 9525, section 2
        if self._ca_bundle:
            context.load_verify_locations(cadata=self._ca_bundle)
        return context


def load_trust(ca_bundle: str = "", source: str = "") -> Trust:
    """Load the authorities that an operation trusts.

    Args:
        ca_bundle: The path of a PEM file; empty for the operating system's authorities alone.
        source: The setting that names the file.

    Raises:
        ConfigurationError: They cannot be loaded.
    """
    try:
        return Trust(ca_bundle)
    except ValueError:
        raise _unreadable(ca_bundle, source, "it is not a valid path") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        if not ca_bundle:
            raise ConfigurationError(
                f"The operating system's certificate authorities cannot be loaded: {why}.",
                "repair its certificate store (on Debian, the package ca-certificates).",
            ) from None
        if isinstance(error, ssl.SSLError):
            why = "it contains no certificate in PEM form"
        raise _unreadable(ca_bundle, source, why) from None


def _unreadable(ca_bundle: str, source: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The authorities in {source} cannot be loaded from {Path(ca_bundle).absolute()}: {why}.",
        "set it to the full path of a readable file that contains certificates in PEM form.",
    )


def _pem(path: str) -> str:
    """Return the certificates in a PEM file; what stands between them may be in any encoding."""
    text = read_file(path, MAX_BUNDLE_BYTES).decode("ascii", "ignore")
    if "CERTIFICATE-----" not in text:
        raise ssl.SSLError("no certificate")  # what OpenSSL says of any other text, but not of none
    return text


def _found_by_openssl() -> ssl.SSLContext | None:
    if platform.system() in {"Darwin", "Windows"}:  # their authorities are not files
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    return context if context.cert_store_stats()["x509_ca"] else None
