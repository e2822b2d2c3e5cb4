"""Where a token comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_smtpconfig.config import NAMESPACE, variable
from pulumi_smtpconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from pulumi_smtpconfig.config import Config, Setting

VISIBLE_ASCII = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True)
class Token:
    """A bearer token, and the name of the variable or config key that it came from."""

    value: str = field(repr=False)
    source: str


def find_token(config: Config) -> Token:
    """Return the token to send.

    Raises:
        ConfigurationError: None is given, or it holds what a header cannot carry (RFC 9110,
            section 5.5).
    """
    setting = config.get("token")
    if setting is None:
        raise ConfigurationError("No token is given for the platform.", _how_to_set())
    return Token(_checked(setting), setting.source)


def _checked(setting: Setting) -> str:
    if VISIBLE_ASCII.fullmatch(setting.text):
        return setting.text
    raise ConfigurationError(
        f"The token in {setting.source} holds a space or another character that no token has.",
        "give the token alone, without 'Bearer' before it and without quotation marks.",
    )


def _how_to_set() -> str:
    return (
        f"run `pulumi config set --secret {NAMESPACE}:token` with a bearer token, "
        f"or set the environment variable {variable('token')}."
    )
