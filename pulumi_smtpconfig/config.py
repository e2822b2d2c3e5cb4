"""Connection settings: one lookup, in the environment and in the stack's config or a provider."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.authority import parse_authority
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

NAMESPACE = "smtpconfig"
KEYS = (
    *("token", "tokenUrl", "clientId", "clientSecret", "oauthUsername", "oauthPassword", "scope"),
    *("credentials", "readBack", "readUrl", "previewReads", "caBundle", "timeout", "retries"),
    "connectTo",
)
"""The keys of all connection settings."""

DEFAULT_TIMEOUT, MAX_TIMEOUT = 30.0, 3600.0
DEFAULT_RETRIES, MAX_RETRIES = 3, 10
SWITCH = {"on": True, "off": False}
IN_STACK = re.compile(rf"{NAMESPACE}:({'|'.join(KEYS)})\b")
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
DEFAULT_PROVIDER = re.compile(r"default(_\d+_\d+_\d+.*|_[a-z]+_/.*)?")
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
            namespace; they win over the environment. One that is `UNKNOWN` is missing, and the
            environment does not replace it.

    Attributes:
        provider: That name; empty if there is none.
    """

    def __init__(self, lookup: Callable[[str], Any], provider: str = "") -> None:
        self._lookup = lookup
        self.provider = provider

    def get(self, key: str) -> Setting | None:
        """Return a setting, or None if it is missing or blank."""
        return next(filter(None, self.both(key)), None)

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return a setting from the two places that may have it; the first one wins."""
        in_environment = _setting(os.environ.get(variable(key)), variable(key))
        if not self.provider:
            return in_environment, _setting(self._lookup(f"{NAMESPACE}:{key}"), self.place(key))
        if (own := self._lookup(key)) is UNKNOWN:
            return None, None
        return _setting(own, self.place(key)), in_environment

    def together(self, keys: Collection[str]) -> dict[str, Setting]:
        """Return those of some settings that are given.

        An explicit provider that has any of them has no other one from the environment. If one of
        them is not known yet, none is given.
        """
        if self.provider and UNKNOWN in map(self._lookup, keys):
            return {}
        given = {key: setting for key in keys if (setting := self.get(key))}
        own = {key: each for key, each in given.items() if each.source != variable(key)}
        return (self.provider and own) or given

    def place(self, key: str) -> str:
        """Return how a message names where a setting is given that is in no variable."""
        if self.provider:
            return f'the {key} of provider "{self.provider}"'
        return f"{NAMESPACE}:{key}"

    def named(self, text: str) -> str:
        """Return one of our texts with each `smtpconfig:key` as the place that decides it."""

        def place(match: re.Match[str]) -> str:
            setting = self.get(match[1])
            return setting.source if setting else self.place(match[1])

        return IN_STACK.sub(place, text)

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Name in errors that leave this block the places that decide the settings in them."""
        try:
            yield
        except SmtpConfigError as error:
            error.happened = self.named(error.happened)
            error.remedy = self.named(error.remedy)
            raise

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


def why_taken(provider: str) -> str:
    """Return why an explicit provider cannot have a name; empty if it can.

    The engine names its own by the version of the plugin, the URL that it is downloaded from, or
    both (`ProviderRequest.DefaultName` in its package deploy/providers).
    """
    if not DEFAULT_PROVIDER.fullmatch(provider):
        return ""
    return (
        f'A provider cannot be named "{provider}": the engine uses such names for its default '
        "providers, which have the settings of the stack's config. Choose another name."
    )


def variable(key: str) -> str:
    """Return the environment variable of a config key: `caBundle` is SMTPCONFIG_CA_BUNDLE."""
    words = re.sub("([A-Z])", r"_\1", key)
    return f"{NAMESPACE}_{words}".upper()


def _setting(value: Any, source: str) -> Setting | None:
    text = str(value if value is not None else "").strip()
    return Setting(text, source) if text else None
