"""Connection settings: one lookup, in which the environment wins over the stack's config."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NAMESPACE = "smtpconfig"


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
    """

    def __init__(self, lookup: Callable[[str], Any]) -> None:
        self._lookup = lookup

    def get(self, key: str) -> Setting | None:
        """Return a setting, or None where it is nowhere given or given as a blank."""
        return next(filter(None, self.both(key)), None)

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return a setting as the environment has it, and as the stack's config does."""
        in_stack = f"{NAMESPACE}:{key}"
        return (
            _setting(os.environ.get(variable(key)), variable(key)),
            _setting(self._lookup(in_stack), in_stack),
        )


def variable(key: str) -> str:
    """Return the environment variable of a config key: `caBundle` is SMTPCONFIG_CA_BUNDLE."""
    words = re.sub("([A-Z])", r"_\1", key)
    return f"{NAMESPACE}_{words}".upper()


def _setting(value: Any, source: str) -> Setting | None:
    text = str(value if value is not None else "").strip()
    return Setting(text, source) if text else None
