"""The endpoints: set a tenant's mail settings, read its realm, or get a token for either."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Literal, NamedTuple
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from .messages import (
    ReceivedRequest,
    Refused,
    Response,
    credentials,
    json_response,
    keycloak_error,
)
from .tokens import Tokens

MOST_TENANTS, MOST_SETTINGS = 10_000, 100
Kind = Literal["mail", "token", "read"]
Role = Literal["view-realm", "query-realms"]


class Route(NamedTuple):
    """What a request asks for, and for which tenant."""

    kind: Kind
    tenant: str


def _first_label(request: ReceivedRequest, _: re.Match[str]) -> str:
    return re.split("[.:]", request.header("host") or "")[0]


def _segment(_: ReceivedRequest, path: re.Match[str]) -> str:
    return unquote(path[1])


ENDPOINTS: dict[re.Pattern[str], tuple[Kind, Callable[[ReceivedRequest, re.Match[str]], str]]] = {
    re.compile("/digitanium/v4/mail/config"): ("mail", _first_label),
    re.compile("/auth/realms/([^/]+)/mail/setup"): ("mail", _segment),
    re.compile("/auth/realms/([^/]+)/protocol/openid-connect/token"): ("token", _segment),
    re.compile("/auth/admin/realms/([^/]+)"): ("read", _segment),
}
"""The kind of each endpoint by its percent-encoded path, and how to find the tenant."""
BASE_PATHS = ("/auth/realms/", "/auth/admin/realms/", "/digitanium/")


def route(request: ReceivedRequest) -> Route | None:
    """Find the endpoint and the tenant of a request; None if there is no such endpoint."""
    for pattern, (kind, tenant) in ENDPOINTS.items():
        if path := pattern.fullmatch(request.path):
            return Route(kind, tenant(request, path))
    return None


def _mail(status: int, word: str, message: str) -> Response:
    return json_response(status, {"message": message, "status": word, "subSystem": 8})


UPDATED = _mail(200, "OK", "Successfully updated SMTP Details")
INCOMPLETE = _mail(400, "BAD_REQUEST", "Host and From is mandatory to update Email Configuration.")
NOT_JSON = json_response(400, {"error": "unknown_error"})
NOT_JSON_TYPE = keycloak_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
UNAUTHORIZED = keycloak_error(HTTPStatus.UNAUTHORIZED)
FORBIDDEN = keycloak_error(HTTPStatus.FORBIDDEN)
REALM_NOT_FOUND = json_response(404, {"error": "Realm not found."})
TOKEN_REALM_NOT_FOUND = json_response(404, {"error": "Realm does not exist"})
TOO_MANY_TENANTS = json_response(
    400, {"error": f"The emulator keeps the settings of at most {MOST_TENANTS:,} tenants."}
)
TOO_MANY_SETTINGS = json_response(
    400, {"error": f"The emulator keeps at most {MOST_SETTINGS} settings of a tenant."}
)
PATH_NOT_FOUND = keycloak_error(HTTPStatus.NOT_FOUND)
BASE_PATH_NOT_FOUND = json_response(
    404, {"error": "Unable to find matching target resource method"}
)
REALM_HEADERS = {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"}


class Platform:
    """The tenants with their mail settings, and the endpoints that change and read them."""

    def __init__(self, tokens: Tokens, tenants: Iterable[str] | None) -> None:
        self.tokens = tokens
        self.tenants: dict[str, dict[str, str]] = {tenant: {} for tenant in tenants or ()}
        self.role: Role | None = "view-realm"
        self._any_tenant_exists = tenants is None
        self._handlers = {
            "mail": ("POST", self._update),
            "token": ("POST", self._grant),
            "read": ("GET", self._read),
        }

    def respond(self, request: ReceivedRequest) -> Response:
        """Carry out the request, or refuse it."""
        try:
            return self._handle(request)
        except Refused as refusal:
            return refusal.response

    def _handle(self, request: ReceivedRequest) -> Response:
        to = route(request)
        if to is None:
            known = request.path.startswith(BASE_PATHS)
            raise Refused(PATH_NOT_FOUND if known else BASE_PATH_NOT_FOUND)
        method, handler = self._handlers[to.kind]
        if request.method != method:
            raise Refused(keycloak_error(HTTPStatus.METHOD_NOT_ALLOWED, allow=method))
        return handler(request, to.tenant)

    def _update(self, request: ReceivedRequest, tenant: str) -> Response:
        if not self.tokens.accepts(credentials(request, "bearer"), tenant):
            raise Refused(UNAUTHORIZED)
        if not self._exists(tenant):
            raise Refused(REALM_NOT_FOUND)
        settings = parse_settings(request)
        if not (settings.get("host") and settings.get("from")):
            raise Refused(INCOMPLETE)
        if len(self.tenants) >= MOST_TENANTS and tenant not in self.tenants:
            raise Refused(TOO_MANY_TENANTS)
        self.tenants[tenant] = settings
        return UPDATED

    def _grant(self, request: ReceivedRequest, tenant: str) -> Response:
        if not self._exists(tenant):
            raise Refused(TOKEN_REALM_NOT_FOUND)
        return self.tokens.grant(request, tenant)

    def _read(self, request: ReceivedRequest, tenant: str) -> Response:
        token = credentials(request, "bearer")
        owner = self.tokens.owner(token)
        # When a realm is deleted, its tokens expire.
        if not (self.tokens.is_fixed(token) or (owner is not None and self._exists(owner))):
            raise Refused(UNAUTHORIZED)
        if not self._exists(tenant):
            raise Refused(REALM_NOT_FOUND)
        if not self.tokens.accepts(token, tenant) or self.role is None:
            raise Refused(FORBIDDEN)
        settings = self.tenants.get(tenant, {})
        realm = _realm(tenant, settings) if self.role == "view-realm" else _reduced_realm(tenant)
        return json_response(200, realm, REALM_HEADERS)

    def _exists(self, tenant: str) -> bool:
        return self._any_tenant_exists or tenant in self.tenants


def parse_settings(request: ReceivedRequest) -> dict[str, str]:
    """Parse the settings in a request, as the map of strings that the platform stores.

    Raises:
        Refused: The body is not a JSON object of plain values, or its Content-Type is not JSON.
    """
    if request.media_type != "application/json":
        raise Refused(NOT_JSON_TYPE)
    try:
        body = request.json()
    except (ValueError, RecursionError):  # the latter if it is nested too deeply
        raise Refused(NOT_JSON) from None
    if not isinstance(body, dict) or any(isinstance(x, dict | list) for x in body.values()):
        raise Refused(NOT_JSON)
    if len(body) > MOST_SETTINGS:
        raise Refused(TOO_MANY_SETTINGS)
    given = {name: x for name, x in body.items() if x is not None}
    return {name: x if isinstance(x, str) else json.dumps(x) for name, x in given.items()}


def _realm(tenant: str, settings: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": str(uuid5(NAMESPACE_URL, tenant)),
        "realm": tenant,
        "notBefore": 0,
        "enabled": True,
        "sslRequired": "external",
        "smtpServer": {name: _masked(name, value) for name, value in settings.items()},
    }


def _reduced_realm(tenant: str) -> dict[str, object]:
    return {"realm": tenant, "bruteForceProtected": False, "supportedLocales": []}


def _masked(name: str, value: str) -> str:
    vault = re.fullmatch(r"\$\{vault\..+\}", value)  # Keycloak shows a reference to a vault
    return "*" * 10 if name == "password" and not vault else value
