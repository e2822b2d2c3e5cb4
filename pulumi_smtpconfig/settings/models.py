"""What a program may say of a resource: mail settings, the tenant, and options.

Types, defaults and the canonical form are here; which values make sense together is up to `lint`.
"""

from __future__ import annotations

import enum
import re
from functools import lru_cache
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from pulumi_smtpconfig.lint.rules import PORTS, SMTPS, SUBMISSION
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.parsing import REQUIRED, Inputs, Text, on_one_line, refuse
from pulumi_smtpconfig.settings.password_reference import is_reference

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


DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
AUTHORITY = re.compile(r"(?P<host>[^:]{1,253}?)\.?(:(?P<port>[0-9]{1,5}))?")
BASE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(\.{OCTET}){{3}}")
HTTPS_PORT = 443


class PlatformName(str, enum.Enum):
    """The platforms, by the name that a program gives."""

    SSMS = "ssms"
    SHIFT = "shift"
    KEYCLOAK = "keycloak"


def _canonical(hostname: str) -> str:
    match = AUTHORITY.fullmatch(hostname)
    if not match or not _is_host(match["host"]):
        raise refuse("must be a host name like idp.example.com, or host:port, and nothing more")
    port = int(match["port"] or HTTPS_PORT)
    if not 1 <= port <= HIGHEST_PORT:
        raise refuse(f"has a port that is not from 1 to {HIGHEST_PORT}")
    host = match["host"].lower()
    return host if port == HTTPS_PORT else f"{host}:{port}"


def _is_host(name: str) -> bool:
    *_, last = labels = name.split(".")
    if last.isdigit():  # RFC 3696, section 2: no top-level domain is all digits
        return bool(IPV4.fullmatch(name))
    return all(map(DNS_LABEL.fullmatch, labels))


def _base_path(path: str) -> str:
    if not BASE_PATH.fullmatch(path):
        raise refuse("must be a path like /auth, without a / at its end")
    return path


class Tenant(Inputs):
    """A tenant of a platform; its identifier keeps its case (contract: tenants are realms).

    `hostname` is canonical: in lower case, with a port only where it is not 443, no final dot.
    """

    platform: PlatformName
    hostname: Annotated[RequiredText, AfterValidator(_canonical)] = ""
    base_path: Annotated[str, AfterValidator(_base_path)] = ""
    tenant_id: RequiredText = ""

    @property
    def id(self) -> str:
        """The resource's id in the state."""
        return f"{self.platform.value}/{self.hostname}{self.base_path}/{self.tenant_id}"


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
