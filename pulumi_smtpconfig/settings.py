"""What a tenant's mail settings are: their types, defaults and canonical form.

Which values they may have, apart and together, is for the rules of `lint`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from pulumi_smtpconfig.inputs import REQUIRED, Inputs, on_one_line, refuse
from pulumi_smtpconfig.lint_connection import PORTS, SMTPS, SUBMISSION
from pulumi_smtpconfig.problems import UNKNOWN

HIGHEST_PORT = PORTS[-1]
MANY_ADDRESSES = 4096
DECIMAL = re.compile(r"[0-9]{1,5}")


def _given(text: str) -> str:
    if not text.strip():
        raise refuse(REQUIRED)
    return text


@lru_cache(maxsize=MANY_ADDRESSES)  # an operation parses each resource several times
def _address(text: str) -> str:
    # Private networks use domains such as .local, which the library refuses, but only at the end.
    inner = f"{text}.example"
    try:
        validate_email(inner, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise refuse("is not an e-mail address such as no-reply@acme.example") from None
    return text


def _optional_address(text: str) -> str:
    return _address(text) if text else text


def _port(value: object) -> object:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, str) and DECIMAL.fullmatch(number):
        number = int(number)
    if type(number) is not int:
        raise refuse(f"must be a whole number from 1 to {HIGHEST_PORT}")
    return number


def _switch(value: object, parse: ValidatorFunctionWrapHandler) -> object:
    try:
        return parse(value)
    except ValidationError:
        raise refuse("must be true or false") from None


def _default_port(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)
    return ssl if ssl is UNKNOWN else SMTPS if ssl else SUBMISSION


def _default_starttls(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)
    return ssl if ssl is UNKNOWN else not ssl


Given = Annotated[str, AfterValidator(_given)]
RequiredText = Annotated[Given, AfterValidator(on_one_line)]
RequiredAddress = Annotated[Given, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(_optional_address)]
Switch = Annotated[bool, WrapValidator(_switch)]
Port = Annotated[int, BeforeValidator(_port)]


class SmtpSettings(Inputs):
    """The eleven mail settings, named as the platform names them (contract: "Body").

    Left out, `port` is 465 and `starttls` off with `ssl`, else 587 and on (RFC 8314, section 3.3,
    and RFC 6409); every other setting is empty.
    """

    host: Given = ""
    from_: RequiredAddress = Field("", alias="from")
    from_display_name: str = ""
    reply_to: OptionalAddress = ""
    reply_to_display_name: str = ""
    envelope_from: OptionalAddress = ""
    ssl: Switch = False
    starttls: Switch = Field(default_factory=_default_starttls)
    port: Port = Field(default_factory=_default_port)
    user: str = ""
    password: SecretStr = SecretStr("")
