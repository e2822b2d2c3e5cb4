"""The arguments that are a choice, and what arguments are by default.

A Pulumi program imports this module, so it must not import pydantic.
"""

from __future__ import annotations

import enum
from typing import Final, Literal

from pulumi_smtpconfig.lint.mail_services import SMTPS, SUBMISSION


class PlatformName(str, enum.Enum):
    """The values of `platform`."""

    SSMS = "ssms"
    SHIFT = "shift"
    KEYCLOAK = "keycloak"


Platform = Literal["ssms", "shift", "keycloak"]
"""The same for type checkers."""

OnDelete = Literal["retain", "clear"]
Verify = Literal["off", "warn", "require", "platform"]

BOOLEANS = {"true": True, "false": False}
"""The texts that stand for booleans, in lower case, as the config of a stack has them."""

RETAIN: Final = "retain"
CLEAR: Final = "clear"
OFF: Final = "off"
WARN: Final = "warn"
REQUIRE: Final = "require"
PLATFORM: Final = "platform"


def default_starttls(*, ssl: bool) -> bool:
    """Return whether STARTTLS is used unless a program says so (RFC 8314, section 3.3)."""
    return not ssl


def default_port(*, ssl: bool) -> int:
    """Return the port that is used unless a program names one (RFC 8314, section 3.3; RFC 6409)."""
    return SMTPS if ssl else SUBMISSION
