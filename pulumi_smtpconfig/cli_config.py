"""Connection settings at a terminal: what an option says, then the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.config import Config, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class OptionsFirst(Config):
    """The connection settings of one command.

    Args:
        options: The option and its text for the keys that options can set; an empty one is not
            given.
    """

    def __init__(self, options: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__(lambda _: None)
        self._options = options or {}

    def both(self, key: str) -> tuple[Setting | None, Setting | None]:
        """Return what an option gives, else what the environment has; there is no stack."""
        option, text = self._options.get(key, ("", ""))
        return (Setting(text, option), None) if text else super().both(key)
