"""The one door through which property dictionaries become types.

In a preview a value may not be known yet: a password that another resource will generate. Such a
value is `UNKNOWN`; it passes every parser, whatever the type of its field, and every rule waits
until it is known.
"""

from __future__ import annotations

import enum
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUIRED = "is required"


def refuse(reason: str) -> PydanticCustomError:
    """Make the error by which a parser says why it refuses a value, without repeating it."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def on_one_line(text: str) -> str:
    """Refuse line breaks and other control characters, which no setting may hold."""
    if any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise refuse("holds a line break or another control character")
    return text


Text = Annotated[str, AfterValidator(on_one_line)]


class Inputs(BaseModel):
    """A part of a resource's properties, in camelCase, with a default for each one left out.

    A field may hold `UNKNOWN` whatever its type says.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, frozen=True, hide_input_in_errors=True, validate_default=True
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _let_unknown_pass(cls, value: object, parse: ValidatorFunctionWrapHandler) -> object:
        return value if value is UNKNOWN else parse(value)

    def stored(self) -> dict[str, Any]:
        """Return the canonical form that the state keeps: empty texts left out, secrets plain."""
        values = {key: _plain(getattr(self, name)) for name, key in self.keys().items()}
        return {key: value for key, value in values.items() if value != ""}

    @classmethod
    def keys(cls) -> dict[str, str]:
        """Return the key of each field in the property dictionaries."""
        return {name: field.alias or name for name, field in cls.model_fields.items()}


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.value if isinstance(value, enum.Enum) and value is not UNKNOWN else value


Model = TypeVar("Model", bound=Inputs)


def parse(model: type[Model], properties: Mapping[str, object]) -> tuple[Model, list[Problem]]:
    """Parse a part of a resource's properties, and say everything that is wrong with it.

    None and the empty text stand for a property that is left out. What cannot be parsed is
    `UNKNOWN` in the answer, so that the rules which read it wait and all others have their say.
    """
    given = {key: value for key, value in properties.items() if value not in (None, "")}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        problems = list(_problems(model, error))
    wrong = {problem.property: UNKNOWN for problem in problems}
    return model.model_validate({**given, **wrong}), problems


def _problems(model: type[Inputs], error: ValidationError) -> Iterator[Problem]:
    keys = model.keys()  # pydantic places what is wrong with a default at the field, not the key
    for detail in error.errors(include_input=False, include_url=False):
        if detail["type"] != "default_factory_not_called":  # says again that another field is wrong
            place = str(detail["loc"][0])
            reason = REQUIRED if detail["type"] == "missing" else detail["msg"]
            yield Problem(keys.get(place, place), reason)
