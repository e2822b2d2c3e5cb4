"""The client of one operation, made as the connection settings say."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from ssl import SSLError
from typing import TYPE_CHECKING

import httpx

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.http.client import Client
from pulumi_smtpconfig.http.transport import open_transport
from pulumi_smtpconfig.tls import Trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.config import Config, Setting

DEFAULT_TIMEOUT = 30.0
LONGEST_TIMEOUT = 3600.0
DEFAULT_RETRIES = 3
MOST_RETRIES = 10
HIGHEST_PORT = 65535
ADDRESS = re.compile("(?P<host>[^/]+):(?P<port>[0-9]{1,5})")


def open_client(config: Config, warn: Callable[[str], None]) -> Client:
    """Open the client, and warn where `connectTo` leads all its connections elsewhere.

    Raises:
        ConfigurationError: A connection setting is wrong.
    """
    bundle, to = config.get("caBundle"), config.get("connectTo")
    timeout, retries = _timeout(config.get("timeout")), _retries(config.get("retries"))
    address = _address(to) if to else None
    try:
        transport = open_transport(bundle.text if bundle else None, address)
    except OSError as error:
        raise _unusable(bundle, error) from None
    except (ImportError, ValueError, httpx.InvalidURL):
        raise ConfigurationError(
            "The proxy in HTTPS_PROXY cannot be used.", "set it to http://host:port, or remove it."
        ) from None
    if to:
        warn(f"{to.source} is set: every connection goes to {to.text}.")
    return Client(transport, timeout, retries)


@lru_cache(maxsize=1)  # an operation has one config, and may try many tenants
def open_trust(config: Config) -> Trust:
    """Load the authorities that an operation trusts.

    Raises:
        ConfigurationError: They cannot be loaded.
    """
    bundle = config.get("caBundle")
    try:
        return Trust(bundle.text if bundle else None)
    except OSError as error:
        raise _unusable(bundle, error) from None


def _retries(setting: Setting | None) -> int:
    text = setting.text if setting else str(DEFAULT_RETRIES)
    if text in map(str, range(MOST_RETRIES + 1)):
        return int(text)
    raise ConfigurationError(
        f"{setting.source if setting else ''} is {text!r}, which is not valid.",
        f"set it to a number from 0 to {MOST_RETRIES}; left out it is {DEFAULT_RETRIES}.",
    )


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
        f"{setting.source} is {setting.text!r}, which is not valid.",
        f"set it to a number of seconds above 0, at most {LONGEST_TIMEOUT:.0f}; left out it is 30.",
    )


def _address(setting: Setting) -> tuple[str, int]:
    match = ADDRESS.fullmatch(setting.text)
    if match and 0 < int(match["port"]) <= HIGHEST_PORT:
        return match["host"].strip("[]"), int(match["port"])
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
    path = Path(bundle.text).absolute()
    why = "it holds no certificate in PEM form" if isinstance(error, SSLError) else error.strerror
    return ConfigurationError(
        f"The authorities in {bundle.source} cannot be loaded from {path}: {why}.",
        "set it to the full path of a readable file that holds certificates in PEM form.",
    )
