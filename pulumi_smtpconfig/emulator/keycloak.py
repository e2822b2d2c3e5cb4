"""How Keycloak stores mail settings and shows them, measured on 26.4.0."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from uuid import NAMESPACE_URL, uuid5

from .messages import ReceivedRequest, Refused, json_response
from .secrecy import Settings

VERSION = "26.4.0"
MASK = "*" * 10
SECRETS = ("password", "authTokenClientSecret")
TOKEN_LOGIN = ("authTokenUrl", "authTokenScope", "authTokenClientId", "authTokenClientSecret")
MOST_CHARACTERS = 255
DEFAULTS = {"notBefore": 0, "enabled": True, "sslRequired": "external"}
"""Keys of a new realm besides its mail settings; a real one has many more."""

_NO_JSON = "Cannot parse the JSON"
NOT_JSON = json_response(400, {"error": "invalid_request", "error_description": _NO_JSON})
WRONG_JSON = json_response(400, {"error": "unknown_error", "error_description": _NO_JSON})
NO_BODY = json_response(
    500,
    {
        "error": "unknown_error",
        "error_description": "For more on this error consult the server log.",
    },
)
NOT_JSON_TYPE = json_response(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    {"error": "The content-type header value did not match the value in @Consumes"},
)
NO_SENDER = json_response(
    400,
    {
        "errorMessage": "Invalid sender address 'null'. If the address contains UTF-8 characters in"
        " the local part please ensure the SMTP server supports the SMTPUTF8 extension and enable"
        " 'Allow UTF-8' in the email realm configuration."
    },
)
TOO_LONG = json_response(400, {"errorMessage": "Database operation failed"})


def parse(request: ReceivedRequest) -> dict[str, object]:
    """Parse a JSON object; raises Refused in Keycloak's words."""
    if request.media_type != "application/json":
        raise Refused(NOT_JSON_TYPE)
    try:
        body = request.json() if request.body else None
    except (ValueError, RecursionError):  # the latter if it is nested too deeply
        raise Refused(NOT_JSON) from None
    if body is None:
        raise Refused(NO_BODY)
    if not isinstance(body, dict):
        raise Refused(WRONG_JSON)
    return body


def as_texts(given: object) -> dict[str, str]:
    """Return mail settings as the map of strings that they are; raises Refused."""
    if not isinstance(given, dict) or any(isinstance(x, dict | list) for x in given.values()):
        raise Refused(WRONG_JSON)
    values = {name: value for name, value in given.items() if value is not None}
    texts = {name: x if isinstance(x, str) else json.dumps(x) for name, x in values.items()}
    return Settings(texts)


def stored(given: object, before: Mapping[str, str]) -> dict[str, str]:
    """Return what Keycloak stores of the given settings; raises Refused.

    A login is only kept with `auth`, and only the kind that `authType` names. The mask of a secret
    stands for the stored one.
    """
    new = as_texts(given)
    if given and "from" not in new:
        raise Refused(NO_SENDER)
    if not has_login(new):
        new = _without(new, ("user", "password", "authType", *TOKEN_LOGIN))
    elif new.get("authType", "").lower() == "token":
        new = _without(new, ("password",))
    else:
        new = _without(new, TOKEN_LOGIN)
    kept = {name: before.get(name) for name in SECRETS if new.get(name) == MASK}
    new = as_texts({**new, **kept})
    if any(len(text) > MOST_CHARACTERS for item in new.items() for text in item):
        raise Refused(TOO_LONG)
    return new


def has_login(settings: Mapping[str, str]) -> bool:
    """Tell whether Keycloak logs in."""
    return settings.get("auth", "").lower() == "true"


def _without(settings: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name not in names}


def realm(
    tenant: str, others: Mapping[str, object], settings: Mapping[str, str]
) -> dict[str, object]:
    """Return the representation of a realm for those who may view it."""
    return {
        "id": str(uuid5(NAMESPACE_URL, tenant)),
        "realm": tenant,
        **DEFAULTS,
        **others,
        "smtpServer": {name: _masked(name, value) for name, value in settings.items()},
    }


def brief_realm(tenant: str, others: Mapping[str, object]) -> dict[str, object]:
    """Return the representation that a list holds if a brief one is asked for."""
    whole = realm(tenant, others, {})
    names = ("id", "realm", "displayName", "displayNameHtml", "enabled")
    return {name: whole[name] for name in names if name in whole}


def reduced_realm(tenant: str, others: Mapping[str, object]) -> dict[str, object]:
    """Return the representation for those who may only know that a realm exists."""
    name = {"displayName": others["displayName"]} if "displayName" in others else {}
    return {"realm": tenant, **name, "bruteForceProtected": False, "supportedLocales": []}


def _masked(name: str, value: str) -> str:
    vault = re.fullmatch(r"\$\{vault\..+\}", value)  # Keycloak shows a reference to a vault
    return MASK if name in SECRETS and not vault else value
