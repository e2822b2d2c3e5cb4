"""How a resource is handled, beside what its settings are."""

from __future__ import annotations

from typing import Any, Literal

from pulumi_smtpconfig.inputs import Inputs, Text

CLEAR = "clear"


class Options(Inputs):
    """Arguments that say how to send and what to do at the end, and are not sent themselves."""

    credentials: Text = ""
    on_delete: Literal["retain", "clear"] = "retain"

    def stored(self) -> dict[str, Any]:
        """Return what is not left at its default."""
        defaults = Options().model_dump(by_alias=True)
        return {key: value for key, value in super().stored().items() if value != defaults[key]}
