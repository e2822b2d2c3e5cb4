"""The token endpoint, and which bearer tokens the platform accepts.

It refuses requests as Keycloak 26.4 does (RFC 6749, sections 4.3 and 4.4).
"""

import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import unquote_plus

from .messages import ReceivedRequest, Refused, Response, credentials, json_response

CLIENT_ID = "pulumi"
FORM = "application/x-www-form-urlencoded"
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
JWT_HEADER = urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
PAYLOAD_BYTES, SIGNATURE_BYTES = 600, 256
"""These make a token as long as Keycloak's: about 1200 characters."""
MOST_TOKENS = 10_000


def _error(status: int, error: str, description: str) -> Response:
    return json_response(status, {"error": error, "error_description": description}, NO_STORE)


DUPLICATE_FIELD = _error(400, "invalid_request", "duplicated parameter")
MISSING_GRANT_TYPE = _error(400, "invalid_request", "Missing form parameter: grant_type")
UNSUPPORTED_GRANT_TYPE = _error(400, "unsupported_grant_type", "Unsupported grant_type")
_BAD_CLIENT = "Invalid client or Invalid client credentials"
UNKNOWN_CLIENT = _error(401, "invalid_client", _BAD_CLIENT)
WRONG_SECRET = _error(401, "unauthorized_client", _BAD_CLIENT)
MISSING_USERNAME = _error(401, "invalid_request", "Missing parameter: username")
WRONG_USER = _error(401, "invalid_grant", "Invalid user credentials")


class Tokens:
    """A fixed token for every tenant, and tokens granted for one tenant and a limited time.

    The token endpoint knows one client and the same users in every realm. Expired tokens are
    forgotten, and the oldest ones if there are too many.
    """

    def __init__(self, fixed: str, lifetime: float) -> None:
        self.fixed = fixed
        self.client_secret = secrets.token_urlsafe()
        self.users: dict[str, str] = {}
        self.fixed_expired = False
        self._lifetime = lifetime
        self._granted: dict[str, tuple[str, float]] = {}

    def grant(self, request: ReceivedRequest, tenant: str) -> Response:
        """Respond to a token request; raises Refused."""
        form = _form(request)
        grant_type = _grant_type(form)
        self._check_client({**_basic(request), **form}, grant_type)
        if grant_type == "password":
            self._check_user(form)
        content = {
            "access_token": self._new_token(tenant),
            "expires_in": max(1, int(self._lifetime)),
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": form.get("scope", "email profile"),
        }
        return json_response(200, content, NO_STORE)

    def _check_client(self, given: Mapping[str, str], grant_type: str) -> None:
        if given.get("client_id") != CLIENT_ID:
            raise Refused(UNKNOWN_CLIENT)
        secret = given.get("client_secret", "")
        if secret != self.client_secret and (secret or grant_type == "client_credentials"):
            raise Refused(WRONG_SECRET)

    def _check_user(self, form: Mapping[str, str]) -> None:
        if "username" not in form:
            raise Refused(MISSING_USERNAME)
        if (form["username"], form.get("password")) not in self.users.items():
            raise Refused(WRONG_USER)

    def _new_token(self, tenant: str) -> str:
        payload, signature = map(secrets.token_urlsafe, (PAYLOAD_BYTES, SIGNATURE_BYTES))
        token = f"{JWT_HEADER}.{payload}.{signature}"
        granted = self._granted  # another thread that revokes them replaces it
        granted[token] = tenant, time.monotonic() + self._lifetime
        while granted:
            oldest = next(iter(granted))
            if len(granted) <= MOST_TOKENS and time.monotonic() < granted[oldest][1]:
                break
            del granted[oldest]
        return token

    def accepts(self, token: str, tenant: str) -> bool:
        """Tell whether the token is valid for the tenant now."""
        return self.is_fixed(token) or self.owner(token) == tenant

    def is_fixed(self, token: str) -> bool:
        """Tell whether this is the token for every tenant, and has not expired."""
        return not self.fixed_expired and secrets.compare_digest(
            token.encode(), self.fixed.encode()
        )

    def owner(self, token: str) -> str | None:
        """Return the tenant that the token was granted for; None if it is unknown or expired."""
        owner, end = self._granted.get(token, (None, 0.0))
        return owner if time.monotonic() < end else None

    def expire(self) -> None:
        """Refuse all tokens so far, the fixed one too."""
        self.revoke()
        self.fixed_expired = True

    def restore(self) -> None:
        """Refuse all tokens granted so far, and accept the fixed one again."""
        self.revoke()
        self.fixed_expired = False

    def revoke(self) -> None:
        """Refuse all tokens granted so far."""
        self._granted = {}


def _form(request: ReceivedRequest) -> dict[str, str]:
    # Keycloak ignores a body of another type, and then misses the grant type.
    fields = request.form() if request.media_type == FORM else []
    if len(dict(fields)) < len(fields):
        raise Refused(DUPLICATE_FIELD)
    return dict(fields)


def _grant_type(form: Mapping[str, str]) -> str:
    if "grant_type" not in form:
        raise Refused(MISSING_GRANT_TYPE)
    if form["grant_type"] not in {"client_credentials", "password"}:
        raise Refused(UNSUPPORTED_GRANT_TYPE)
    return form["grant_type"]


def _basic(request: ReceivedRequest) -> dict[str, str]:
    """Return the client from HTTP Basic, form-decoded (RFC 6749, section 2.3.1)."""
    try:
        client = b64decode(credentials(request, "basic")).decode()
    except ValueError:
        return {}
    names, values = ("client_id", "client_secret"), client.split(":", 1)
    return dict(zip(names, map(unquote_plus, values), strict=False))
