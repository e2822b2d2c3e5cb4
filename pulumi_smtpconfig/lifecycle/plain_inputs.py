"""Tell cheaply that a resource has no mistakes, so that a program that is well parses nothing.

A Pulumi program imports this module, so it must not import pydantic. What it does not recognise may
still be right: then the resource is parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pulumi_smtpconfig.lint.linter import find_errors
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.redaction import NOT_SHOWN
from pulumi_smtpconfig.settings.choices import (
    CLEAR,
    PLATFORM,
    OnDelete,
    Platform,
    PlatformName,
    Verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REQUIRED = ("platform", "hostname", "tenantId", "host", "from")
LABEL = "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
DOMAIN = rf"(?=[^:/]{{1,63}}(?![^:/]))({LABEL}\.)*(?=[A-Za-z]){LABEL}"
WORD = "[A-Za-z0-9_+-]+"
ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){WORD}(\.{WORD})*@{DOMAIN}")
HOSTNAME = re.compile(rf"{DOMAIN}(:[1-9][0-9]{{0,3}})?")
BASE_PATH = re.compile("(/[A-Za-z0-9_-]+)+")
URL = re.compile(rf"https://{DOMAIN}(/[A-Za-z0-9._/-]*)?")
REFERENCE = re.compile("env:[A-Za-z_][A-Za-z0-9_]*|file:/[A-Za-z0-9._/-]+")
DIGITS = re.compile("[1-9][0-9]{0,3}")
SECONDS = (1, 3600)
NULL_SENDER = "<>"


def _text(value: Any) -> bool:
    is_one_line = isinstance(value, str) and value.isprintable() and value == value.strip()
    return is_one_line and value != NOT_SHOWN


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(choices: object) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in get_args(choices)


def _boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _seconds(value: Any) -> bool:
    return type(value) in {int, float} and SECONDS[0] <= value <= SECONDS[1]


def _port(value: Any) -> bool:
    return type(value) is int or (isinstance(value, str) and DIGITS.fullmatch(value) is not None)


IS_PLAIN: dict[str, Callable[[Any], bool]] = {
    "platform": _one_of(Platform),
    "hostname": _matches(HOSTNAME),
    "basePath": _matches(BASE_PATH),
    "tenantId": _text,
    **dict.fromkeys(("host", "fromDisplayName", "replyToDisplayName", "user"), _text),
    **dict.fromkeys(("authTokenClientId", "authTokenScope"), _text),
    **dict.fromkeys(("password", "authTokenClientSecret"), _text),
    **dict.fromkeys(("from", "replyTo", "verifyRecipient"), _matches(ADDRESS)),
    "envelopeFrom": lambda value: value == NULL_SENDER or _matches(ADDRESS)(value),
    **dict.fromkeys(("ssl", "starttls", "allowUtf8", "debug"), _boolean),
    **dict.fromkeys(("timeout", "connectionTimeout", "writeTimeout"), _seconds),
    "port": _port,
    "authTokenUrl": _matches(URL),
    **dict.fromkeys(("passwordFrom", "authTokenClientSecretFrom"), _matches(REFERENCE)),
    "onDelete": _one_of(OnDelete),
    "verify": lambda value: value != PLATFORM and _one_of(Verify)(value),
    "triggers": lambda value: isinstance(value, list) and {*map(type, value)} <= {str, bool, int},
    "lintIgnore": lambda value: isinstance(value, list) and all(map(_text, value)),
}
"""What a value surely may be; a key that is not here, such as `credentials`, needs parsing."""


def are_plain(inputs: Mapping[str, object]) -> bool:
    """Return whether inputs are sure to have no mistakes.

    Args:
        inputs: The JSON values that a program gives, by key; with defaults, and `UNKNOWN` for what
            is not known yet.
    """
    given = {key: value for key, value in inputs.items() if value not in (None, "")}
    if not given.keys() >= {*REQUIRED} or not given.keys() <= IS_PLAIN.keys():
        return False
    if not all(value is UNKNOWN or IS_PLAIN[key](value) for key, value in given.items()):
        return False
    return _has_one_secret(given) and _suits_its_platform(given) and not _has_errors(given)


def _has_one_secret(given: Mapping[str, Any]) -> bool:
    secrets = ("password", "authTokenClientSecret")
    is_vault = any("$" in str(given.get(key, "")) for key in secrets)
    return not is_vault and not any({key, f"{key}From"} <= given.keys() for key in secrets)


def _suits_its_platform(given: Mapping[str, Any]) -> bool:
    name = given["platform"]
    if name is UNKNOWN:
        return True
    platform = PLATFORMS[PlatformName(name)]
    own = frozenset().union(*(row.own_settings for row in PLATFORMS.values()))
    tenant_id = given["tenantId"]
    return (
        (tenant_id is UNKNOWN or not platform.tenant_reason(tenant_id))
        and (platform.has_base_path or "basePath" not in given)
        and (platform.clear is not None or given.get("onDelete") != CLEAR)
        and not (own - platform.own_settings) & given.keys()
    )


def _has_errors(given: Mapping[str, Any]) -> bool:
    port = given.get("port")
    settings = {**given, "port": int(port) if isinstance(port, str) else port}
    codes = given.get("lintIgnore", [])
    return any(find_errors(settings, codes if isinstance(codes, list) else []))
