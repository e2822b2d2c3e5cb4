"""One operation's way to the platforms, made from the connection settings when first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.credentials import find_token
from pulumi_smtpconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pulumi_smtpconfig.client import Client
    from pulumi_smtpconfig.config import Config, Setting

DEFAULT_TIMEOUT = 30.0
LONGEST_TIMEOUT = 3600.0
HIGHEST_PORT = 65535


class Connection:
    """Sends with the token and through the one client that all threads of an operation share.

    Args:
        config: Where the connection settings are looked up.
        warn: Shows the user a line.
    """

    def __init__(self, config: Config, warn: Callable[[str], None]) -> None:
        self._config = config
        self._warn = warn
        self._lock = threading.Lock()
        self._client: Client | None = None

    def send(
        self, method: str, url: str, body: Mapping[str, str], secrets: Collection[str]
    ) -> dict[str, Any]:
        """Send a body to a platform; see `Client.send`, which says what it returns and raises.

        Raises:
            ConfigurationError: A connection setting is missing or wrong.
        """
        token = find_token(self._config)
        return self._shared_client().send(method, url, body, token, secrets)

    def _shared_client(self) -> Client:
        with self._lock:
            self._client = self._client or self._open()
            return self._client

    def _open(self) -> Client:
        # A preview sends nothing, so it does not pay for importing httpx.
        from pulumi_smtpconfig.client import Client  # noqa: PLC0415
        from pulumi_smtpconfig.transport import open_transport  # noqa: PLC0415

        bundle, to = self._config.get("caBundle"), self._config.get("connectTo")
        timeout, address = _timeout(self._config.get("timeout")), _address(to) if to else None
        try:
            transport = open_transport(bundle.text if bundle else None, address)
        except OSError as error:
            raise _unusable(bundle, error) from None
        if to:
            self._warn(f"{to.source} is set: every connection goes to {to.text}.")
        return Client(transport, timeout)


def _timeout(setting: Setting | None) -> float:
    if setting is None:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(setting.text)
    except ValueError:
        seconds = 0
    if 0 < seconds <= LONGEST_TIMEOUT:
        return seconds
    raise ConfigurationError(
        f"{setting.source} is {setting.text!r}, which is no number of seconds.",
        f"set it to a number above 0, at most {LONGEST_TIMEOUT:.0f}; left out it is 30.",
    )


def _address(setting: Setting) -> tuple[str, int]:
    host, _, port = setting.text.rpartition(":")
    if host and port.isascii() and port.isdigit() and 0 < int(port) <= HIGHEST_PORT:
        return host.strip("[]"), int(port)
    raise ConfigurationError(
        f"{setting.source} is {setting.text!r}, which is no address.",
        "set it to host:port, as in 127.0.0.1:8443, or remove it.",
    )


def _unusable(bundle: Setting | None, error: OSError) -> ConfigurationError:
    if bundle is None:
        return ConfigurationError(
            f"The operating system's certificate authorities cannot be loaded: {error}.",
            "repair its certificate store, as in Debian's package ca-certificates.",
        )
    return ConfigurationError(
        f"The authorities in {bundle.source} ({bundle.text}) cannot be loaded: {error}.",
        "set it to the path of a file that holds certificates in PEM form, and can be read.",
    )
