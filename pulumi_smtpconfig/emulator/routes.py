"""The endpoints by their path, and the tenant that a request to one means."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple
from urllib.parse import unquote

from .messages import ReceivedRequest

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
