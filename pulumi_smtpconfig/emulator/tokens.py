"""Which bearer tokens the platform accepts, and the token endpoint that grants them.

It refuses as Keycloak 26.4 does (RFC 6749, sections 4.3 and 4.4).
"""

import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import unquote_plus

from .messages import Answer, ReceivedRequest, RefusedError, json_answer

HEADER = urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
PAYLOAD_BYTES, SIGNATURE_BYTES = 600, 256
"""A token is then as long as Keycloak's: about 1200 characters."""


class Tokens:
    """A fixed token that is good for every tenant, and those granted for one tenant and a time."""

    def __init__(self, fixed: str, lifetime: float) -> None:
        self.fixed = fixed
        self.lifetime = lifetime
        self._granted: dict[str, tuple[str, float]] = {}

    def grant(self, tenant: str) -> str:
        """A new token, which looks like a JWT and says nothing."""
        parts = HEADER, secrets.token_urlsafe(PAYLOAD_BYTES), secrets.token_urlsafe(SIGNATURE_BYTES)
        token = ".".join(parts)
        self._granted[token] = tenant, time.monotonic() + self.lifetime
        return token

    def revoke(self) -> None:
        """Accept no token any more that was granted."""
        self._granted.clear()

    def accept(self, token: str, tenant: str) -> bool:
        """Whether the token opens the tenant now."""
        return self.is_fixed(token) or self.owner(token) == tenant

    def is_fixed(self, token: str) -> bool:
        """Whether it is the token that is good for every tenant."""
        return secrets.compare_digest(token.encode(), self.fixed.encode())

    def owner(self, token: str) -> str | None:
        """Which tenant the token was granted for; None where it was not, or is dead."""
        owner, end = self._granted.get(token, (None, 0.0))
        return owner if time.monotonic() < end else None


CLIENT_ID = "pulumi"
NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"


def _error(status: int, error: str, description: str) -> Answer:
    return json_answer(status, {"error": error, "error_description": description}, NOT_KEPT)


NO_GRANT_TYPE = _error(400, "invalid_request", "Missing form parameter: grant_type")
OTHER_GRANT_TYPE = _error(400, "unsupported_grant_type", "Unsupported grant_type")
TWICE = _error(400, "invalid_request", "duplicated parameter")
_NO_CLIENT = "Invalid client or Invalid client credentials"
OTHER_CLIENT = _error(401, "invalid_client", _NO_CLIENT)
WRONG_SECRET = _error(401, "unauthorized_client", _NO_CLIENT)
NO_USERNAME = _error(401, "invalid_request", "Missing parameter: username")
WRONG_USER = _error(401, "invalid_grant", "Invalid user credentials")
NO_REALM = json_answer(404, {"error": "Realm does not exist"})


class Grants:
    """The client and the users that the token endpoint knows, the same ones in every realm."""

    def __init__(self, tokens: Tokens) -> None:
        self.client_secret = secrets.token_urlsafe()
        self.users: dict[str, str] = {}
        self._tokens = tokens
        self._expires_in = max(1, int(tokens.lifetime))

    def answer(self, request: ReceivedRequest, tenant: str) -> Answer:
        """Grant a token for the tenant; raises RefusedError."""
        form = _form(request)
        grant_type = _grant_type(form)
        self._check_client({**_basic(request), **form}, grant_type)
        if grant_type == "password":
            self._check_user(form)
        content = {
            "access_token": self._tokens.grant(tenant),
            "expires_in": self._expires_in,
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": form.get("scope", "email profile"),
        }
        return json_answer(200, content, NOT_KEPT)

    def _check_client(self, given: Mapping[str, str], grant_type: str) -> None:
        if given.get("client_id") != CLIENT_ID:
            raise RefusedError(OTHER_CLIENT)
        secret = given.get("client_secret", "")
        if secret != self.client_secret and (secret or grant_type == "client_credentials"):
            raise RefusedError(WRONG_SECRET)

    def _check_user(self, form: Mapping[str, str]) -> None:
        if "username" not in form:
            raise RefusedError(NO_USERNAME)
        if (form["username"], form.get("password")) not in self.users.items():
            raise RefusedError(WRONG_USER)


def _form(request: ReceivedRequest) -> dict[str, str]:
    """The form's fields, none of a body of another type: Keycloak then misses the grant type."""
    fields = request.form() if request.media_type == FORM else []
    if len(dict(fields)) < len(fields):
        raise RefusedError(TWICE)
    return dict(fields)


def _grant_type(form: Mapping[str, str]) -> str:
    if "grant_type" not in form:
        raise RefusedError(NO_GRANT_TYPE)
    if form["grant_type"] not in {"client_credentials", "password"}:
        raise RefusedError(OTHER_GRANT_TYPE)
    return form["grant_type"]


def _basic(request: ReceivedRequest) -> dict[str, str]:
    """The client of HTTP Basic, whose parts are form-encoded (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = (request.header("authorization") or "").partition(" ")
    try:
        client = b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return {}
    names, values = ("client_id", "client_secret"), client.split(":", 1)
    return dict(zip(names, map(unquote_plus, values), strict=False))
