"""The endpoints: which requests there are, and for which tenant."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple
from urllib.parse import unquote

from .messages import ReceivedRequest

Kind = Literal["mail", "token", "read", "test", "info"]
Product = Literal["ssms", "shift", "keycloak"]
EndpointName = Literal["mail", "token", "realm", "test", "realms", "serverinfo"]
Tenant = Callable[[ReceivedRequest, re.Match[str]], str]


class Route(NamedTuple):
    """What a request asks for, and for which tenant."""

    kind: Kind
    tenant: str
    """Empty for what concerns no single tenant."""
    endpoint: EndpointName
    platform: Product | None
    """The platform that documents this endpoint; None if several have it."""


class Endpoint(NamedTuple):
    """Where an endpoint is, and the kind of request by method."""

    name: EndpointName
    path: re.Pattern[str]
    """Still percent-encoded."""
    tenant: Tenant
    kinds: dict[str, Kind]
    platform: Product | None = None


def _first_label(request: ReceivedRequest, _: re.Match[str]) -> str:
    return re.split("[.:]", request.header("host") or "")[0]


def _segment(_: ReceivedRequest, path: re.Match[str]) -> str:
    return unquote(path[1])


def _nobody(_: ReceivedRequest, __: re.Match[str]) -> str:
    return ""


def _endpoint(
    name: EndpointName,
    path: str,
    tenant: Tenant,
    kinds: dict[str, Kind],
    platform: Product | None = None,
) -> Endpoint:
    return Endpoint(name, re.compile(path), tenant, kinds, platform)


BASE, REALM = "(?:/auth)?", "([^/]+)"
"""Keycloak's base path is /auth on older servers, and empty on new ones."""
ENDPOINTS = (
    _endpoint("mail", "/digitanium/v4/mail/config", _first_label, {"POST": "mail"}, "ssms"),
    _endpoint("mail", f"/auth/realms/{REALM}/mail/setup", _segment, {"POST": "mail"}, "shift"),
    _endpoint(
        "token",
        f"{BASE}/realms/{REALM}/protocol/openid-connect/token",
        _segment,
        {"POST": "token"},
    ),
    _endpoint(
        "realm",
        f"{BASE}/admin/realms/{REALM}/?",
        _segment,
        {"GET": "read", "PUT": "mail"},
        "keycloak",
    ),
    _endpoint(
        "test",
        f"{BASE}/admin/realms/{REALM}/testSMTPConnection",
        _segment,
        {"POST": "test"},
        "keycloak",
    ),
    _endpoint("realms", f"{BASE}/admin/realms/?", _nobody, {"GET": "info"}, "keycloak"),
    _endpoint("serverinfo", f"{BASE}/admin/serverinfo", _nobody, {"GET": "info"}, "keycloak"),
)
BASE_PATHS = re.compile(f"/digitanium/|{BASE}/(admin/)?realms/")
"""Where Keycloak finds some code that handles a path, though no endpoint."""


def find(request: ReceivedRequest) -> tuple[Endpoint, str] | None:
    """Find the endpoint of a path, whatever the method, and the tenant."""
    for endpoint in ENDPOINTS:
        if path := endpoint.path.fullmatch(request.path):
            return endpoint, endpoint.tenant(request, path)
    return None


def route(request: ReceivedRequest) -> Route | None:
    """Find what a request asks for; None if there is no such endpoint.

    With a method that the endpoint does not have, it is what its own method asks for.
    """
    found = find(request)
    if found is None:
        return None
    endpoint, tenant = found
    kind = endpoint.kinds.get(request.method, next(iter(endpoint.kinds.values())))
    return Route(kind, tenant, endpoint.name, endpoint.platform)
