"""Connection settings: one lookup, in the environment and in the stack's config or a provider."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authority import parse_authority
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMESPACE = "smtpconfig"
DEFAULT_TIMEOUT, MAX_TIMEOUT = 30.0, 3600.0
DEFAULT_RETRIES, MAX_RETRIES = 3, 10
SWITCH = {"on": True, "off": False}
IN_STACK = re.compile(rf"{NAMESPACE}:([a-zA-Z]+)")
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
WITH_PORT = re.compile(".*:[0-9]+")


@dataclass(frozen=True)
class Setting:
    """The text of a setting, and the name of the variable or config key that it came from."""

    text: str = field(repr=False)
    source: str


class Config:
    """The connection settings of one operation.

    Args:
        lookup: Returns the value of a key of the stack's config, such as `smtpconfig:token`, or
            None.
        provider: The name of the explicit provider whose inputs `lookup` has instead, without the
            namespace; they win over the environment.
    """

    def __init__(self, lookup: Callable[[str], Any], provider: str = "") -> None:
        self._lookup = lookup
        self._provider = provider

    def get(self, key: str) -> Setting | None:
        """Return a setting, or None if it is missing or blank."""
        return next(filter(None, self.both(key)), None)

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return a setting from the two places that may have it; the first one wins."""
        in_environment = _setting(os.environ.get(variable(key)), variable(key))
        if self._provider:
            own = _setting(self._lookup(key), f'{key} of the provider "{self._provider}"')
            return own, in_environment
        in_stack = f"{NAMESPACE}:{key}"
        return in_environment, _setting(self._lookup(in_stack), in_stack)

    def timeout(self) -> float:
        """Return the seconds that one try of a request may take.

        Raises:
            ConfigurationError: It is not a number above 0 and at most 3600.
        """
        setting = self.get("timeout")
        if setting is None:
            return DEFAULT_TIMEOUT
        seconds = float(setting.text) if NUMBER.fullmatch(setting.text) else 0
        if 0 < seconds <= MAX_TIMEOUT:
            return seconds
        raise ConfigurationError(
            f"{setting.source} is {setting.text!r}, which is not valid.",
            f"set it to a number of seconds above 0, at most {MAX_TIMEOUT:.0f}; the default is "
            f"{DEFAULT_TIMEOUT:.0f}.",
        )

    def retries(self) -> int:
        """Return how often a request that failed for the moment is tried again.

        Raises:
            ConfigurationError: It is not a whole number from 0 to 10.
        """
        setting = self.get("retries")
        if setting is None:
            return DEFAULT_RETRIES
        if setting.text in map(str, range(MAX_RETRIES + 1)):
            return int(setting.text)
        raise ConfigurationError(
            f"{setting.source} is {setting.text!r}, which is not valid.",
            f"set it to a number from 0 to {MAX_RETRIES}; the default is {DEFAULT_RETRIES}.",
        )

    def preview_reads(self) -> bool:
        """Return whether a check reads what the tenant of a new resource has.

        Raises:
            ConfigurationError: It is neither `on` nor `off`.
        """
        setting = self.get("previewReads")
        if setting is None:
            return True
        if setting.text in SWITCH:
            return SWITCH[setting.text]
        raise ConfigurationError(
            f"{setting.source} is {setting.text!r}, which is not valid.",
            "set it to on or off; the default is on.",
        )

    def connect_to(self) -> tuple[str, int] | None:
        """Return the host and port that every connection goes to, or None.

        Raises:
            ConfigurationError: It is not `host:port`.
        """
        setting = self.get("connectTo")
        if setting is None:
            return None
        with suppress(ValueError):
            if WITH_PORT.fullmatch(setting.text):
                host, port = parse_authority(setting.text)
                return host.strip("[]"), port
        raise ConfigurationError(
            f"{setting.source} is {setting.text!r}, which is not host:port.",
            "set it to host:port, as in 127.0.0.1:8443, or remove it.",
        )


def variable(key: str) -> str:
    """Return the environment variable of a config key: `caBundle` is SMTPCONFIG_CA_BUNDLE."""
    words = re.sub("([A-Z])", r"_\1", key)
    return f"{NAMESPACE}_{words}".upper()


@contextmanager
def naming_variables() -> Iterator[None]:
    """Name in errors that leave this block the variables that win over the config keys in them."""
    try:
        yield
    except SmtpConfigError as error:
        error.happened = IN_STACK.sub(_winner, error.happened)
        error.remedy = IN_STACK.sub(_winner, error.remedy)
        raise


def _winner(key: re.Match[str]) -> str:
    return variable(key[1]) if os.environ.get(variable(key[1]), "").strip() else key[0]


def _setting(value: Any, source: str) -> Setting | None:
    text = str(value if value is not None else "").strip()
    return Setting(text, source) if text else None
