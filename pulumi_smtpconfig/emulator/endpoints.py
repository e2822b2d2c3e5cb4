"""What the endpoints do: change or read a tenant's mail settings, or grant a token for that."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Literal, NamedTuple
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from .messages import (
    NO_BASE,
    NO_ENDPOINT,
    Answer,
    ReceivedRequest,
    RefusedError,
    json_answer,
    keycloak,
    not_allowed,
)
from .tokens import NO_REALM as NO_REALM_FOR_TOKENS
from .tokens import Grants, Tokens

Kind = Literal["mail", "token", "read"]
BASES = ("/auth/realms/", "/auth/admin/realms/", "/digitanium/")


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
"""The endpoints by their raw path, each with where it finds the tenant."""


def route(request: ReceivedRequest) -> Route | None:
    """The endpoint and the tenant of the request; None where no endpoint is."""
    for path, (kind, tenant) in ENDPOINTS.items():
        if found := path.fullmatch(request.path):
            return Route(kind, tenant(request, found))
    return None


def has_base(request: ReceivedRequest) -> bool:
    """Whether the path begins as that of an endpoint does: only its rest may be wrong."""
    return request.path.startswith(BASES)


def _mail(status: int, word: str, message: str) -> Answer:
    return json_answer(status, {"message": message, "status": word, "subSystem": 8})


UPDATED = _mail(200, "OK", "Successfully updated SMTP Details")
INCOMPLETE = _mail(400, "BAD_REQUEST", "Host and From is mandatory to update Email Configuration.")
NOT_JSON = json_answer(400, {"error": "unknown_error"})
NOT_JSON_TYPE = keycloak(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
UNAUTHORIZED = keycloak(HTTPStatus.UNAUTHORIZED)
NO_REALM = json_answer(404, {"error": "Realm not found."})


def settings_in(request: ReceivedRequest) -> dict[str, str]:
    """What the request sets, as the map of strings that the platform stores.

    Raises:
        RefusedError: the body is not a JSON object of plain values, or does not say that it is.
    """
    if request.media_type != "application/json":
        raise RefusedError(NOT_JSON_TYPE)
    try:
        return _strings(request.json())
    except ValueError:
        raise RefusedError(NOT_JSON) from None


def complete_settings_in(request: ReceivedRequest) -> dict[str, str]:
    """What the request sets; raises RefusedError without a host or a from too."""
    settings = settings_in(request)
    if not (settings.get("host") and settings.get("from")):
        raise RefusedError(INCOMPLETE)
    return settings


def _strings(body: object) -> dict[str, str]:
    if not isinstance(body, dict) or any(isinstance(x, dict | list) for x in body.values()):
        raise ValueError("not an object of plain values")
    given = {name: value for name, value in body.items() if value is not None}
    return {name: x if isinstance(x, str) else json.dumps(x) for name, x in given.items()}


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


class Platform:
    """The tenants, the endpoints for their mail settings, and the tokens for these."""

    def __init__(self, tokens: Tokens, tenants: Iterable[str] | None) -> None:
        self.tenants: dict[str, dict[str, str]] = {tenant: {} for tenant in tenants or ()}
        self.grants = Grants(tokens)
        self.tokens = tokens
        self.role: Role | None = "view-realm"
        self._takes_any_tenant = tenants is None
        self._endpoints = {
            "mail": ("POST", self._update),
            "token": ("POST", self._grant),
            "read": ("GET", self._read),
        }

    def answer(self, request: ReceivedRequest) -> Answer:
        """Carry the request out, or refuse it."""
        try:
            return self._carry_out(request)
        except RefusedError as refusal:
            return refusal.answer

    def _carry_out(self, request: ReceivedRequest) -> Answer:
        to = route(request)
        if to is None:
            raise RefusedError(NO_ENDPOINT if has_base(request) else NO_BASE)
        method, carry_out = self._endpoints[to.kind]
        if request.method != method:
            raise RefusedError(not_allowed(method))
        return carry_out(request, to.tenant)

    def _update(self, request: ReceivedRequest, tenant: str) -> Answer:
        if not self.tokens.accept(_bearer(request), tenant):
            raise RefusedError(UNAUTHORIZED)
        if not self._exists(tenant):
            raise RefusedError(NO_REALM)
        self.tenants[tenant] = complete_settings_in(request)
        return UPDATED

    def _grant(self, request: ReceivedRequest, tenant: str) -> Answer:
        if not self._exists(tenant):
            raise RefusedError(NO_REALM_FOR_TOKENS)
        return self.grants.answer(request, tenant)

    def _read(self, request: ReceivedRequest, tenant: str) -> Answer:
        token = _bearer(request)
        if not self._is_alive(token):
            raise RefusedError(UNAUTHORIZED)
        if not self._exists(tenant):
            raise RefusedError(NO_REALM)
        if not self.tokens.accept(token, tenant):
            raise RefusedError(FORBIDDEN)
        return realm_answer(tenant, self.tenants.get(tenant, {}), self.role)

    def _is_alive(self, token: str) -> bool:
        """Whether it is good for anything: a deleted realm takes its tokens along."""
        owner = self.tokens.owner(token)
        return self.tokens.is_fixed(token) or (owner is not None and self._exists(owner))

    def _exists(self, tenant: str) -> bool:
        return self._takes_any_tenant or tenant in self.tenants


def _bearer(request: ReceivedRequest) -> str:
    scheme, _, token = (request.header("authorization") or "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
