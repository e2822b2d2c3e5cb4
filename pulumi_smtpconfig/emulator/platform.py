"""The platform: its tenants with their settings, and what each endpoint does."""

import json
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Literal, get_args

from . import keycloak
from .endpoints import BASE_PATHS, EndpointName, Product, find
from .messages import (
    ReceivedRequest,
    Refused,
    Response,
    credentials,
    json_response,
    keycloak_error,
)
from .secrecy import Tenants
from .smtp_test import SmtpTest
from .tokens import Tokens

MOST_TENANTS, MOST_SETTINGS = 10_000, 100
MOST_REALM_BYTES = 64 * 1024
Role = Literal["manage-realm", "view-realm", "query-realms"]


def _mail(status: int, word: str, message: str) -> Response:
    return json_response(status, {"message": message, "status": word, "subSystem": 8})


UPDATED = _mail(200, "OK", "Successfully updated SMTP Details")
INCOMPLETE = _mail(400, "BAD_REQUEST", "Host and From is mandatory to update Email Configuration.")
NOT_JSON = json_response(400, {"error": "unknown_error"})
NOT_JSON_TYPE = keycloak_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
UNAUTHORIZED = keycloak_error(HTTPStatus.UNAUTHORIZED)
FORBIDDEN = keycloak_error(HTTPStatus.FORBIDDEN)
WRITTEN = Response(204)
REALM_NOT_FOUND = json_response(404, {"error": "Realm not found."})
TOKEN_REALM_NOT_FOUND = json_response(404, {"error": "Realm does not exist"})
REALM_EXISTS = json_response(409, {"errorMessage": "Realm with same name exists"})
NO_RENAMING = json_response(400, {"error": "The emulator does not rename realms."})
TOO_MANY_TENANTS = json_response(
    400, {"error": f"The emulator keeps the settings of at most {MOST_TENANTS:,} tenants."}
)
TOO_MANY_SETTINGS = json_response(
    400, {"error": f"The emulator keeps at most {MOST_SETTINGS} settings of a tenant."}
)
REALM_TOO_LARGE = json_response(
    400, {"error": f"The emulator keeps at most {MOST_REALM_BYTES:,} bytes of a realm."}
)
PATH_NOT_FOUND = keycloak_error(HTTPStatus.NOT_FOUND)
BASE_PATH_NOT_FOUND = json_response(
    404, {"error": "Unable to find matching target resource method"}
)
REALM_HEADERS = {"content-type": "application/json;charset=UTF-8", "cache-control": "no-cache"}
Handler = Callable[[ReceivedRequest, str], Response | Awaitable[Response]]


class Platform:
    """The tenants with their mail settings, and the endpoints that change and read them."""

    def __init__(self, tokens: Tokens, tenants: Iterable[str] | None) -> None:
        self.tokens = tokens
        self.tenants = Tenants({tenant: {} for tenant in tenants or ()})
        self.smtp_test = SmtpTest()
        self.role: Role | None = "manage-realm"
        self.last_platforms: dict[str, Product] = {}
        """Through which platform's endpoint each tenant was last changed."""
        self._realms: dict[str, dict[str, object]] = {}
        self._only = None if tenants is None else tuple(self.tenants)
        self._handlers: dict[tuple[EndpointName, str], Handler] = {
            ("mail", "POST"): self._update,
            ("token", "POST"): self._grant,
            ("realm", "GET"): self._read,
            ("realm", "PUT"): self._write,
            ("test", "POST"): self._test,
            ("realms", "GET"): self._list,
            ("serverinfo", "GET"): self._version,
        }

    async def respond(self, request: ReceivedRequest) -> Response:
        """Carry out the request, or refuse it."""
        try:
            answer = self._handle(request)
            return answer if isinstance(answer, Response) else await answer
        except Refused as refusal:
            return refusal.response

    def reset(self) -> None:
        """Forget all settings; the tenants that were given at first exist again."""
        self.tenants.clear()
        self.tenants.update({tenant: {} for tenant in self._only or ()})
        self._realms.clear()
        self.last_platforms.clear()
        self.role = "manage-realm"

    def _handle(self, request: ReceivedRequest) -> Response | Awaitable[Response]:
        found = find(request)
        if found is None:
            known = BASE_PATHS.match(request.path)
            raise Refused(PATH_NOT_FOUND if known else BASE_PATH_NOT_FOUND)
        endpoint, tenant = found
        handler = self._handlers.get((endpoint.name, request.method))
        if handler is None:
            allowed = ", ".join(endpoint.kinds)
            raise Refused(keycloak_error(HTTPStatus.METHOD_NOT_ALLOWED, allow=allowed))
        answer = handler(request, tenant)
        if endpoint.kinds[request.method] == "mail" and endpoint.platform:
            self.last_platforms[tenant] = endpoint.platform
        return answer

    def _update(self, request: ReceivedRequest, tenant: str) -> Response:
        if not self.tokens.accepts(credentials(request, "bearer"), tenant):
            raise Refused(UNAUTHORIZED)
        if not self._exists(tenant):
            raise Refused(REALM_NOT_FOUND)
        settings = _parse_mail(request)
        if not (settings.get("host") and settings.get("from")):
            raise Refused(INCOMPLETE)
        self._store(tenant, settings)
        return UPDATED

    def _grant(self, request: ReceivedRequest, tenant: str) -> Response:
        if not self._exists(tenant):
            raise Refused(TOKEN_REALM_NOT_FOUND)
        return self.tokens.grant(request, tenant)

    def _read(self, request: ReceivedRequest, tenant: str) -> Response:
        self._authenticate(request, tenant)
        self._permit(request, tenant, *get_args(Role))
        settings, others = self.tenants.get(tenant, {}), self._others(tenant)
        realm = keycloak.realm(tenant, others, settings)
        if self.role == "query-realms":
            realm = keycloak.reduced_realm(tenant, others)
        return json_response(200, realm, REALM_HEADERS)

    def _write(self, request: ReceivedRequest, tenant: str) -> Response:
        """Replace the mail settings as a whole, and merge the rest."""
        self._authenticate(request, tenant)
        body = {name: x for name, x in keycloak.parse(request).items() if x is not None}
        self._permit(request, tenant, "manage-realm")
        if (name := body.pop("realm", tenant)) != tenant:
            raise Refused(REALM_EXISTS if name in self.tenants else NO_RENAMING)
        body.pop("id", None)
        before = self.tenants.get(tenant, {})
        settings = keycloak.stored(body.pop("smtpServer"), before) if "smtpServer" in body else None
        others = {**self._others(tenant), **body}
        if len(json.dumps(others)) > MOST_REALM_BYTES:
            raise Refused(REALM_TOO_LARGE)
        self._store(tenant, before if settings is None else settings)
        if others:
            self._realms[tenant] = others
        return WRITTEN

    async def _test(self, request: ReceivedRequest, tenant: str) -> Response:
        self._authenticate(request, tenant)
        given = keycloak.as_texts(keycloak.parse(request))
        self._permit(request, tenant, "manage-realm")
        return await self.smtp_test.run(given, self.tenants.get(tenant, {}))

    def _list(self, request: ReceivedRequest, _: str) -> Response:
        token = self._authenticated(request)
        if self.role is None:
            raise Refused(FORBIDDEN)
        names = [tenant for tenant in self.tenants if self.tokens.accepts(token, tenant)]
        brief = "briefRepresentation=true" in request.target.partition("?")[2].split("&")
        realms: list[object] = []
        for name in names:
            others = self._others(name)
            if self.role == "query-realms":
                realms.append({"realm": name})
            elif brief:
                realms.append(keycloak.brief_realm(name, others))
            else:
                realms.append(keycloak.realm(name, others, self.tenants[name]))
        return json_response(200, realms, REALM_HEADERS)

    def _version(self, request: ReceivedRequest, _: str) -> Response:
        token = self._authenticated(request)
        if self.role is None:
            raise Refused(FORBIDDEN)
        info = {"systemInfo": {"version": keycloak.VERSION}} if self.tokens.is_fixed(token) else {}
        return json_response(200, {**info, "profileInfo": {"name": "default"}}, REALM_HEADERS)

    def _authenticated(self, request: ReceivedRequest) -> str:
        """Return the token of a request to the admin API."""
        token = credentials(request, "bearer")
        owner = self.tokens.owner(token)
        # When a realm is deleted, its tokens expire.
        if not (self.tokens.is_fixed(token) or (owner is not None and self._exists(owner))):
            raise Refused(UNAUTHORIZED)
        return token

    def _authenticate(self, request: ReceivedRequest, tenant: str) -> None:
        self._authenticated(request)
        if not self._exists(tenant):
            raise Refused(REALM_NOT_FOUND)

    def _permit(self, request: ReceivedRequest, tenant: str, *roles: Role) -> None:
        accepted = self.tokens.accepts(credentials(request, "bearer"), tenant)
        if not accepted or self.role not in roles:
            raise Refused(FORBIDDEN)

    def _store(self, tenant: str, settings: dict[str, str]) -> None:
        if len(settings) > MOST_SETTINGS:
            raise Refused(TOO_MANY_SETTINGS)
        if len(self.tenants) >= MOST_TENANTS and tenant not in self.tenants:
            raise Refused(TOO_MANY_TENANTS)
        self.tenants[tenant] = settings
        for about in (self._realms, self.last_platforms):
            if len(about) > MOST_TENANTS:  # tenants were deleted behind our back
                for gone in [*about.keys() - self.tenants.keys()]:
                    del about[gone]

    def _others(self, tenant: str) -> dict[str, object]:
        """Return the keys of a realm besides its mail settings."""
        return self._realms.get(tenant, {}) if tenant in self.tenants else {}

    def _exists(self, tenant: str) -> bool:
        return self._only is None or tenant in self.tenants


def _parse_mail(request: ReceivedRequest) -> dict[str, str]:
    if request.media_type != "application/json":
        raise Refused(NOT_JSON_TYPE)
    try:
        return keycloak.as_texts(request.json())
    except (ValueError, RecursionError, Refused):  # RecursionError if it is nested too deeply
        raise Refused(NOT_JSON) from None
