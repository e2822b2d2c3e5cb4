"""The properties of a resource: mail settings, the tenant, and options.

The models define types, defaults and the canonical form. `lint` checks which values fit together.
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

from pulumi_smtpconfig.lint.mail_services import MAX_PORT, SMTPS, SUBMISSION
from pulumi_smtpconfig.lint.rules import CONTROL
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.parsing import REQUIRED, Inputs, refuse
from pulumi_smtpconfig.settings.password_reference import is_reference

CACHED_ADDRESSES = 4096
MAX_ADDRESS = 254
"""Octets (RFC 5321, section 4.5.3.1.3); the library would take long to refuse more."""


def _required(text: str) -> str:
    if not text.strip():
        raise refuse(REQUIRED)
    return text


def _one_line(text: str) -> str:
    if CONTROL.search(text):
        raise refuse("contains a line break or other control character")
    return text


def _address(text: str) -> str:
    if not _is_address(text):
        raise refuse("must be an email address such as no-reply@acme.example")
    return text


@lru_cache(maxsize=CACHED_ADDRESSES)  # an operation parses each resource several times
def _is_address(text: str) -> bool:
    if len(text) > MAX_ADDRESS:
        return False
    # The library refuses domains such as .local, which private networks use, only at the end.
    inner = f"{text}.example"
    try:
        validate_email(inner, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True


Text = Annotated[str, AfterValidator(_one_line)]
Required = Annotated[str, AfterValidator(_required)]
RequiredText = Annotated[Required, AfterValidator(_one_line)]
RequiredAddress = Annotated[Required, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(lambda text: text and _address(text))]

DECIMAL = re.compile(r"[0-9]{1,5}")


def _boolean(value: object, parse: ValidatorFunctionWrapHandler) -> object:
    try:
        return parse(value)
    except ValidationError:
        raise refuse("must be true or false") from None


def _port(value: object) -> object:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, str) and DECIMAL.fullmatch(number):
        number = int(number)
    if type(number) is not int:
        raise refuse(f"must be a whole number from 1 to {MAX_PORT}")
    return number


def _default_starttls(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)  # missing if it is invalid, with older releases of pydantic
    return ssl if ssl is UNKNOWN else not ssl


def _default_port(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)  # missing if it is invalid, with older releases of pydantic
    return ssl if ssl is UNKNOWN else SMTPS if ssl else SUBMISSION


Boolean = Annotated[bool, WrapValidator(_boolean)]
Port = Annotated[int, BeforeValidator(_port)]


class SmtpSettings(Inputs):
    """The eleven mail settings, with the platform's names (contract: "Body").

    By default, `port` is 465 and `starttls` off with `ssl`, else 587 and on (RFC 8314, section
    3.3, and RFC 6409).
    """

    host: Required = ""
    from_: RequiredAddress = Field("", alias="from")
    from_display_name: str = ""
    reply_to: OptionalAddress = ""
    reply_to_display_name: str = ""
    envelope_from: OptionalAddress = ""
    ssl: Boolean = False
    starttls: Boolean = Field(default_factory=_default_starttls)
    port: Port = Field(default_factory=_default_port)
    user: str = ""
    password: SecretStr = SecretStr("")


DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
AUTHORITY = re.compile(r"(?P<host>[^:]{1,253}?)\.?(:(?P<port>[0-9]{1,5}))?")
BASE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(\.{OCTET}){{3}}")
HTTPS_PORT = 443


def _hostname(text: str) -> str:
    match = AUTHORITY.fullmatch(text)
    if not match or not _is_host(match["host"]):
        raise refuse("must be a host name such as idp.example.com, or host:port")
    port = int(match["port"] or HTTPS_PORT)
    if not 1 <= port <= MAX_PORT:
        raise refuse(f"has a port that is not from 1 to {MAX_PORT}")
    host = match["host"].lower()
    return host if port == HTTPS_PORT else f"{host}:{port}"


def _is_host(name: str) -> bool:
    *_, last = labels = name.split(".")
    if last.isdigit():  # RFC 3696, section 2: no top-level domain is all digits
        return bool(IPV4.fullmatch(name))
    return all(map(DNS_LABEL.fullmatch, labels))


def _base_path(path: str) -> str:
    if not BASE_PATH.fullmatch(path):
        raise refuse("must be a path such as /auth, without a trailing slash")
    return path


class PlatformName(str, enum.Enum):
    """The values of `platform`."""

    SSMS = "ssms"
    SHIFT = "shift"
    KEYCLOAK = "keycloak"


class Tenant(Inputs):
    """A tenant of a platform; its identifier is case-sensitive (contract: tenants are realms).

    `hostname` is canonical: lower case, no final dot, and no port if that is 443.
    """

    platform: PlatformName
    hostname: Annotated[RequiredText, AfterValidator(_hostname)] = ""
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
    """The arguments that control what the provider does, and are not sent to the platform."""

    credentials: Text = ""
    on_delete: Literal["retain", "clear"] = "retain"
    password_from: Annotated[Text, AfterValidator(_reference)] = ""
    verify: Literal["off", "warn", "require"] = "off"
    verify_recipient: OptionalAddress = ""
    triggers: list[JsonValue] = Field(default=[])

    def stored(self) -> dict[str, Any]:
        """Return the values that differ from their defaults."""
        return {key: value for key, value in super().stored().items() if value != DEFAULTS[key]}


DEFAULTS = Options().model_dump(by_alias=True)
