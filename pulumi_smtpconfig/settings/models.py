"""The properties of a resource: mail settings, the tenant, and options.

The models define types, defaults and the canonical form. `lint` checks which values fit together.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    PlainValidator,
    SecretStr,
)

from pulumi_smtpconfig.authority import (
    DNS_LABEL,
    NOT_A_HOST,
    InvalidAuthority,
    authority_of,
    parse_authority,
)
from pulumi_smtpconfig.lint.mail_services import MAX_PORT
from pulumi_smtpconfig.lint.rules import CONTROL, NULL_SENDER
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.choices import (
    BOOLEANS,
    OFF,
    RETAIN,
    OnDelete,
    PlatformName,
    Verify,
    default_port,
    default_starttls,
)
from pulumi_smtpconfig.settings.parsing import REQUIRED, Inputs, refuse
from pulumi_smtpconfig.settings.password_reference import is_reference

MAX_ADDRESS, MAX_LOCAL_PART = 254, 64
"""Octets (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3, whose path has two brackets more)."""

ATOM = r"""[^\x00-\x20\x7f()<>@,;:\\".\[\]]+"""
QUOTED = r"""([^\x00-\x1f\x7f"\\]|\\[ -~])*"""
LOCAL_PART = re.compile(rf'{ATOM}(\.{ATOM})*|"{QUOTED}"')
"""RFC 5321, section 4.1.2, with the characters of RFC 6531."""

LITERAL = re.compile(r"\[(?P<six>IPv6:)?(?P<ip>[0-9A-Fa-f:.]+)\]", re.IGNORECASE)


def _required(text: str) -> str:
    if not text.strip():
        raise refuse(REQUIRED)
    return text


def _one_line(text: str) -> str:
    if CONTROL.search(text):
        raise refuse("contains a line break or other control character")
    return text


def _address(text: str) -> str:
    local = text.rpartition("@")[0]
    if len(text.encode("utf-8", "replace")) > MAX_ADDRESS:
        raise refuse(f"has more than {MAX_ADDRESS} octets in all")
    if len(local.encode("utf-8", "replace")) > MAX_LOCAL_PART:
        raise refuse(f"has more than {MAX_LOCAL_PART} octets before the @")
    if not _is_address(text):
        raise refuse("must be an email address such as no-reply@acme.example")
    return text


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    is_local_part = text.isprintable() and LOCAL_PART.fullmatch(local)
    return bool(is_local_part) and (_is_domain(domain) or _is_literal(domain))


def _is_domain(name: str) -> bool:
    try:
        *_, last = labels = name.encode("idna").decode().split(".")
    except UnicodeError:
        return False
    # RFC 3696, section 2: no top-level domain is all digits
    return not last.isdigit() and all(map(DNS_LABEL.fullmatch, labels))


def _is_literal(domain: str) -> bool:
    match = LITERAL.fullmatch(domain)
    try:
        return match is not None and ip_address(match["ip"]).version == (6 if match["six"] else 4)
    except ValueError:
        return False


Text = Annotated[str, AfterValidator(_one_line)]
Required = Annotated[str, AfterValidator(_required)]
RequiredText = Annotated[Required, AfterValidator(_one_line)]
RequiredAddress = Annotated[Required, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(lambda text: text and _address(text))]
ReversePath = Annotated[
    str, AfterValidator(lambda text: text if text in {"", NULL_SENDER} else _address(text))
]
"""An address for bounces, or none at all (RFC 5321, section 4.5.5)."""

DECIMAL = re.compile(r"[0-9]{1,5}")
SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
MIN_SECONDS, MAX_SECONDS = 0.001, 3600
"""A millisecond, which is the unit on the wire, and an hour."""


def _boolean(value: object) -> object:
    if isinstance(value, str):
        value = BOOLEANS.get(value.lower())
    elif value is None:
        return None
    if not isinstance(value, bool):
        raise refuse("must be true or false")
    return value


def _port(value: object) -> object:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, str) and DECIMAL.fullmatch(number):
        number = int(number)
    if type(number) is not int:
        raise refuse(f"must be a whole number from 1 to {MAX_PORT}")
    return number


def _default_starttls(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)  # missing if it is invalid, with older releases of pydantic
    return ssl if ssl is UNKNOWN else default_starttls(ssl=ssl)


def _default_port(known: dict[str, Any]) -> Any:
    ssl = known.get("ssl", UNKNOWN)  # missing if it is invalid, with older releases of pydantic
    return ssl if ssl is UNKNOWN else default_port(ssl=ssl)


def _seconds(value: object) -> object:
    if value is None:
        return None
    number = float(value) if isinstance(value, str) and SECONDS.fullmatch(value) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise refuse(f"must be a number of seconds up to {MAX_SECONDS}")
    if not MIN_SECONDS <= number <= MAX_SECONDS:
        raise refuse(f"must be from {MIN_SECONDS} to {MAX_SECONDS} seconds")
    return int(number) if number == int(number) else round(number, 3)


def _token_url(url: str) -> str:
    try:
        authority_of(url)
    except InvalidAuthority as error:
        raise refuse(str(error)) from None
    return url


Boolean = Annotated[bool, BeforeValidator(_boolean)]
OptionalBoolean = Annotated[bool | None, BeforeValidator(_boolean)]
Port = Annotated[int, BeforeValidator(_port)]
OptionalSeconds = Annotated[float | None, PlainValidator(_seconds)]
TokenUrl = Annotated[Text, AfterValidator(lambda url: url and _token_url(url))]


class SmtpSettings(Inputs):
    """The eleven mail settings that every platform has (contract: "Body"), and Keycloak's own.

    By default, `port` is 465 and `starttls` off with `ssl`, else 587 and on (RFC 8314, section
    3.3, and RFC 6409). With a token URL the login is by XOAUTH2 with a token from there. A setting
    of Keycloak's own that is None stays as the realm has it.
    """

    host: Required = ""
    from_: RequiredAddress = Field("", alias="from")
    from_display_name: str = ""
    reply_to: OptionalAddress = ""
    reply_to_display_name: str = ""
    envelope_from: ReversePath = ""
    ssl: Boolean = False
    starttls: Boolean = Field(default_factory=_default_starttls)
    port: Port = Field(default_factory=_default_port)
    user: str = ""
    password: SecretStr = SecretStr("")
    auth_token_url: TokenUrl = ""
    auth_token_client_id: Text = ""
    auth_token_client_secret: SecretStr = SecretStr("")
    auth_token_scope: Text = ""
    allow_utf8: OptionalBoolean = None
    debug: OptionalBoolean = None
    timeout: OptionalSeconds = None
    connection_timeout: OptionalSeconds = None
    write_timeout: OptionalSeconds = None


BASE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


def _hostname(text: str) -> str:
    try:
        authority = parse_authority(text)
    except ValueError as error:
        raise refuse(str(error)) from None
    if not all(map(DNS_LABEL.fullmatch, authority.host.split("."))):
        raise refuse(NOT_A_HOST)
    return str(authority)


def _base_path(path: str) -> str:
    if not BASE_PATH.fullmatch(path):
        raise refuse("must be a path such as /auth, without a trailing slash")
    return path


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


def _reference(text: str) -> str:
    if text and not is_reference(text):
        raise refuse("must be env:NAME or file:/absolute/path")
    return text


Reference = Annotated[Text, AfterValidator(_reference)]


class Options(Inputs):
    """The arguments that control what the provider does, and are not sent to the platform."""

    credentials: Text = ""
    on_delete: OnDelete = RETAIN
    password_from: Reference = ""
    auth_token_client_secret_from: Reference = ""
    verify: Verify = OFF
    verify_recipient: OptionalAddress = ""
    triggers: list[JsonValue] = Field(default=[])
    lint_ignore: list[str] = Field(default=[])

    def stored(self) -> dict[str, Any]:
        """Return the values that differ from their defaults."""
        return {key: value for key, value in super().stored().items() if value != DEFAULTS[key]}


KEPT_IF_ABSENT = {
    field.alias or name
    for name, field in SmtpSettings.model_fields.items()
    if field.get_default() is None and field.default_factory is None
}
"""The keys of settings that stay as the platform has them unless a program gives them."""

DEFAULTS = Options().model_dump(by_alias=True)
