"""What a tenant's mail settings are: their types, defaults and canonical form."""

from __future__ import annotations

import re
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

from pulumi_smtpconfig.inputs import REQUIRED, Inputs, Text, on_one_line, refuse
from pulumi_smtpconfig.problems import UNKNOWN

IMPLICIT_TLS_PORT = 465
SUBMISSION_PORT = 587
HIGHEST_PORT = 65535
DECIMAL = re.compile(r"[0-9]{1,5}")


def _given(text: str) -> str:
    if not text.strip():
        raise refuse(REQUIRED)
    return text


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
    if type(number) is not int or not 1 <= number <= HIGHEST_PORT:
        raise refuse(f"must be a whole number from 1 to {HIGHEST_PORT}")
    return number


def _host(text: str) -> str:
    if any(map(str.isspace, text)):
        raise refuse("holds a space")
    return text


def _switch(value: object, parse: ValidatorFunctionWrapHandler) -> object:
    try:
        return parse(value)
    except ValidationError:
        raise refuse("must be true or false") from None


def _password(secret: SecretStr) -> SecretStr:
    password = on_one_line(secret.get_secret_value())
    if password and not password.strip("*"):
        raise refuse(
            "holds only asterisks, which platforms show in place of a password; give the real one"
        )
    return secret


def _default_port(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)
    return ssl if ssl is UNKNOWN else IMPLICIT_TLS_PORT if ssl else SUBMISSION_PORT


def _default_starttls(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)
    return ssl if ssl is UNKNOWN else not ssl


RequiredText = Annotated[Text, AfterValidator(_given)]
RequiredAddress = Annotated[RequiredText, AfterValidator(_address)]
OptionalAddress = Annotated[Text, AfterValidator(_optional_address)]
Switch = Annotated[bool, WrapValidator(_switch)]
Port = Annotated[int, BeforeValidator(_port)]
Password = Annotated[SecretStr, AfterValidator(_password)]


class SmtpSettings(Inputs):
    """The eleven mail settings, named as the platform names them (contract: "Body").

    Left out, `port` is 465 and `starttls` off with `ssl`, else 587 and on (RFC 8314, section 3.3,
    and RFC 6409); every other setting is empty.
    """

    host: Annotated[RequiredText, AfterValidator(_host)] = ""
    from_: RequiredAddress = Field("", alias="from")
    from_display_name: Text = ""
    reply_to: OptionalAddress = ""
    reply_to_display_name: Text = ""
    envelope_from: OptionalAddress = ""
    ssl: Switch = False
    starttls: Switch = Field(default_factory=_default_starttls)
    port: Port = Field(default_factory=_default_port)
    user: Text = ""
    password: Password = SecretStr("")
