"""A request as one line for a terminal, without secrets."""

import json
import re
from collections.abc import Iterable

from .answers import RefusedError
from .mail import settings_in
from .messages import ReceivedRequest
from .routes import route

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
GRANTED = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]+", re.ASCII)
"""A JWT, or what looks like one, as a token does that was granted here."""


def line(request: ReceivedRequest, status: int | None, secrets: Iterable[str]) -> str:
    """Method, host and path, tenant, status and mail settings, in printable ASCII.

    The query, which may hold a secret, is left out, and so are the given secrets and granted tokens
    wherever they stand. Of a request for a token nothing but path and status is shown.
    """
    where = f"{request.header('host')}{request.path}"
    to = route(request)
    settings = _settings(request) if to and to.kind == "mail" else ""
    tenant = json.dumps(to and to.tenant)
    text = f"{request.method} {where} tenant={tenant} {status} {settings}".rstrip()
    for secret in secrets:
        text = text.replace(secret, STARS)
    return GRANTED.sub(STARS, text).encode("ascii", "backslashreplace").decode()


def _settings(request: ReceivedRequest) -> str:
    try:
        settings = settings_in(request)
    except RefusedError:
        return ""
    return json.dumps({name: _shown(name, value) for name, value in settings.items()})


def _shown(name: str, value: str) -> str:
    return value if name in SHOWN or not value else STARS
