"""Parse property dictionaries into models, which report all problems at once.

In a preview a value may be unknown, such as a password that another resource generates. `UNKNOWN`
passes every field, whatever its type.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_smtpconfig.problems import UNKNOWN, Problem
from pulumi_smtpconfig.redaction import NOT_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUIRED = "is required"
HIDDEN = (
    "stands for a live value that may contain a secret; correct that on the platform and run "
    "`pulumi refresh`, or remove this property from ignore_changes"
)


def refuse(why: str) -> PydanticCustomError:
    """Return the error for a validator to raise; `why` must not contain the value."""
    return PydanticCustomError("refused", "{why}", {"why": why})


class Inputs(BaseModel):
    """A part of a resource's properties, with camelCase keys and a default for each field."""

    model_config = ConfigDict(
        alias_generator=to_camel, frozen=True, hide_input_in_errors=True, validate_default=True
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _pass_unknown(cls, value: object, parse: ValidatorFunctionWrapHandler) -> object:
        if value == NOT_SHOWN:
            raise refuse(HIDDEN)
        return value if value is UNKNOWN else parse(value)

    @classmethod
    def keys(cls) -> dict[str, str]:
        """Return the key of each field in property dictionaries."""
        return {name: field.alias or name for name, field in cls.model_fields.items()}

    def stored(self) -> dict[str, Any]:
        """Return the canonical form for the state, with plain secrets and without absent values."""
        values = {key: _plain(getattr(self, name)) for name, key in self.keys().items()}
        return {key: value for key, value in values.items() if value not in ("", None)}


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.value if isinstance(value, enum.Enum) and value is not UNKNOWN else value


Model = TypeVar("Model", bound=Inputs)


def parse(model: type[Model], properties: Mapping[str, object]) -> tuple[Model, list[Problem]]:
    """Parse a part of a resource's properties, and return all problems with it.

    None and empty text count as absent. An invalid value is `UNKNOWN` in the result, so that
    checks which do not read it still run.
    """
    given = {key: value for key, value in properties.items() if value not in (None, "")}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        problems = list(_problems(model, error))
    invalid = {problem.property: UNKNOWN for problem in problems}
    return model.model_validate({**given, **invalid}), problems


def _problems(model: type[Inputs], error: ValidationError) -> Iterator[Problem]:
    keys = model.keys()  # an invalid default is located by its field name, not by its key
    for detail in error.errors(include_input=False, include_url=False):
        if detail["type"] != "default_factory_not_called":  # follows from another field's error
            location = str(detail["loc"][0])
            why = detail["msg"].replace("Input should", "must", 1)
            why = REQUIRED if detail["type"] == "missing" else why
            yield Problem(keys.get(location, location), why)
