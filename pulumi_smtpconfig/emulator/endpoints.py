"""The platform's documented endpoints: which tenant a request means, and what answers it."""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import unquote

from .messages import Answer, ReceivedRequest, json_answer


class RefusedError(Exception):
    """A request that the platform does not carry out, with its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def _keycloak(status: HTTPStatus, **headers: str) -> Answer:
    return json_answer(status, {"error": f"HTTP {status.value} {status.phrase}"}, headers)


def _mail(status: int, word: str, message: str) -> Answer:
    return json_answer(status, {"message": message, "status": word, "subSystem": 8})


UPDATED = _mail(200, "OK", "Successfully updated SMTP Details")
INCOMPLETE = _mail(400, "BAD_REQUEST", "Host and From is mandatory to update Email Configuration.")
NOT_JSON = json_answer(400, {"error": "unknown_error"})
UNAUTHORIZED = _keycloak(HTTPStatus.UNAUTHORIZED)
NO_REALM = json_answer(404, {"error": "Realm not found."})
NO_ENDPOINT = _keycloak(HTTPStatus.NOT_FOUND)
NOT_POST = _keycloak(HTTPStatus.METHOD_NOT_ALLOWED, allow="POST")
NOT_JSON_TYPE = _keycloak(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _first_label(request: ReceivedRequest, _: re.Match[str]) -> str:
    return re.split("[.:]", request.header("host") or "")[0]


def _segment(_: ReceivedRequest, path: re.Match[str]) -> str:
    return unquote(path[1])


MAIL_ENDPOINTS: dict[re.Pattern[str], Callable[[ReceivedRequest, re.Match[str]], str]] = {
    re.compile("/digitanium/v4/mail/config"): _first_label,
    re.compile("/auth/realms/([^/]+)/mail/setup"): _segment,
}
"""The endpoints by their raw path, each with where it finds the tenant."""


def tenant_of(request: ReceivedRequest) -> str | None:
    """The tenant whose mail settings the request is about; None where no endpoint is."""
    for path, tenant in MAIL_ENDPOINTS.items():
        if found := path.fullmatch(request.path):
            return tenant(request, found)
    return None


def settings_in(request: ReceivedRequest) -> dict[str, str]:
    """What the request sets, as the map of strings that the platform stores.

    Raises:
        RefusedError: the body is not a JSON object of plain values, or does not say that it is.
    """
    media_type = (request.header("content-type") or "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise RefusedError(NOT_JSON_TYPE)
    try:
        return _strings(request.json())
    except ValueError:
        raise RefusedError(NOT_JSON) from None


def _strings(body: object) -> dict[str, str]:
    if not isinstance(body, dict) or any(isinstance(x, dict | list) for x in body.values()):
        raise ValueError("not an object of plain values")
    given = {name: value for name, value in body.items() if value is not None}
    return {name: x if isinstance(x, str) else json.dumps(x) for name, x in given.items()}


class Platform:
    """The tenants, and the endpoints that change their mail settings."""

    def __init__(self, token: str, tenants: Iterable[str] | None) -> None:
        self.tenants: dict[str, dict[str, str]] = {tenant: {} for tenant in tenants or ()}
        self._takes_any_tenant = tenants is None
        self._token = token.encode()

    def answer(self, request: ReceivedRequest) -> Answer:
        """Carry the request out, or refuse it."""
        try:
            tenant = self._admit(request)
            settings = settings_in(request)
        except RefusedError as refusal:
            return refusal.answer
        if not (settings.get("host") and settings.get("from")):
            return INCOMPLETE
        self.tenants[tenant] = settings
        return UPDATED

    def _admit(self, request: ReceivedRequest) -> str:
        tenant = tenant_of(request)
        if tenant is None:
            raise RefusedError(NO_ENDPOINT)
        if request.method != "POST":
            raise RefusedError(NOT_POST)
        if not self._knows_token(request):
            raise RefusedError(UNAUTHORIZED)
        if not self._takes_any_tenant and tenant not in self.tenants:
            raise RefusedError(NO_REALM)
        return tenant

    def _knows_token(self, request: ReceivedRequest) -> bool:
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), self._token)
