"""A request as one line for a terminal, without secrets."""

import json

from .endpoints import RefusedError, settings_in, tenant_of
from .messages import ReceivedRequest

STARS = "********"
SHOWN = {
    "host",
    "port",
    "starttls",
    "ssl",
    "from",
    "fromDisplayName",
    "replyTo",
    "replyToDisplayName",
    "envelopeFrom",
    "user",
}
"""The documented fields that hold no secret; a misspelt password is none of them."""


def line(request: ReceivedRequest, status: int | None, token: str) -> str:
    """Method, host and path, tenant, status and settings, in printable ASCII.

    The query, which may hold a secret, is left out, and the token wherever it stands.
    """
    where = f"{request.header('host')}{request.path}"
    tenant = json.dumps(tenant_of(request))
    text = f"{request.method} {where} tenant={tenant} {status} {_settings(request)}".rstrip()
    return text.replace(token, STARS).encode("ascii", "backslashreplace").decode()


def _settings(request: ReceivedRequest) -> str:
    try:
        settings = settings_in(request)
    except RefusedError:
        return ""
    return json.dumps({name: _shown(name, value) for name, value in settings.items()})


def _shown(name: str, value: str) -> str:
    return value if name in SHOWN or not value else STARS
