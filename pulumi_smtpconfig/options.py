"""How a resource is handled, beside what its settings are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue

from pulumi_smtpconfig.inputs import Inputs, Text, refuse
from pulumi_smtpconfig.password_reference import is_reference
from pulumi_smtpconfig.settings import OptionalAddress

CLEAR = "clear"
OFF, REQUIRE = "off", "require"


def _reference(text: str) -> str:
    if text and not is_reference(text):
        raise refuse("must be env:NAME or file:/absolute/path")
    return text


class Options(Inputs):
    """Arguments that say how to send and what to do at the end, and are not sent themselves."""

    credentials: Text = ""
    on_delete: Literal["retain", "clear"] = "retain"
    password_from: Annotated[Text, AfterValidator(_reference)] = ""
    verify: Literal["off", "warn", "require"] = "off"
    verify_recipient: OptionalAddress = ""
    triggers: list[JsonValue] = Field(default=[])

    def stored(self) -> dict[str, Any]:
        """Return what is not left at its default."""
        return {key: value for key, value in super().stored().items() if value != DEFAULTS[key]}


DEFAULTS = Options().model_dump(by_alias=True)
