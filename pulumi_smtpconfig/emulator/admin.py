"""The admin API's read of a realm, which answers as Keycloak 26.4 does."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from .answers import RefusedError, keycloak
from .messages import Answer, json_answer

Role = Literal["view-realm", "query-realms"]
FORBIDDEN = keycloak(HTTPStatus.FORBIDDEN)
CHANGING = {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"}
VAULT = re.compile(r"\$\{vault\..+\}")
"""A password that refers to a vault is shown, any other one is masked."""


def realm_answer(tenant: str, settings: Mapping[str, str], role: Role | None) -> Answer:
    """What a holder of the role reads of a realm; raises RefusedError without any."""
    if role is None:
        raise RefusedError(FORBIDDEN)
    realm = _whole(tenant, settings) if role == "view-realm" else _reduced(tenant)
    return json_answer(200, realm, CHANGING)


def _whole(tenant: str, settings: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": str(uuid5(NAMESPACE_URL, tenant)),
        "realm": tenant,
        "notBefore": 0,
        "enabled": True,
        "sslRequired": "external",
        "smtpServer": {name: _shown(name, value) for name, value in settings.items()},
    }


def _reduced(tenant: str) -> dict[str, object]:
    return {"realm": tenant, "bruteForceProtected": False, "supportedLocales": []}


def _shown(name: str, value: str) -> str:
    return "*" * 10 if name == "password" and not VAULT.fullmatch(value) else value
