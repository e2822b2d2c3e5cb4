"""Access tokens from an OAuth2 token endpoint (RFC 6749, sections 4.3 and 4.4)."""

from __future__ import annotations

import math
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_smtpconfig.auth.credentials import BearerToken, is_https
from pulumi_smtpconfig.auth.tokens import AccessToken
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.http.responses import AGAIN, MAX_BODY, describe
from pulumi_smtpconfig.redaction import TOKEN_KEYS, public_url

if TYPE_CHECKING:
    from collections.abc import Collection

    from pulumi_smtpconfig.auth.credentials import Credentials, Resolved
    from pulumi_smtpconfig.auth.tokens import TokenCache
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.interface import Access, Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MAX_MARGIN = 10.0
"""Seconds before its end at which a token is no longer used; a tenth of a short life."""

CHECK_ENDPOINT = (
    "check that hostname, basePath and tenantId, or tokenUrl, lead to the right token endpoint, "
    f"and that it is up, {AGAIN}"
)
NOT_GRANTED = {400, 401, 403}
NO_REALM = {"error": "Realm does not exist"}
"""What Keycloak's token endpoint says of a missing realm."""


class OAuthToken:
    """A token that a token endpoint grants, shared by all requests that may use the same one.

    Raises:
        ConfigurationError: There is no token endpoint to ask.
    """

    def __init__(
        self, resolved: Resolved, request: Request, cache: TokenCache, client: Client
    ) -> None:
        self._resolved = resolved
        self._client = client
        self._cache = cache
        self._url = token_endpoint(resolved, request.access)
        self._key = (resolved.source, self._url)
        self._granted: AccessToken | None = None
        self.secrets = {
            *request.secrets,
            *client.secrets,
            *resolved.credentials.secrets(),
        }
        self.renewed = f", also to a fresh token from {public_url(self._url)}"
        self.remedy = (
            f"check that the credentials in {resolved.source} may change this tenant's mail "
            f"settings, and that their token is for this tenant, {AGAIN}"
        )

    def token(self) -> str:
        """Return a token that has not expired.

        Raises:
            TokenNotGranted: None was granted.
        """
        self._granted = self._cache.get(
            self._key,
            lambda: fetch_token(self._client, self._resolved, self._url, self.secrets),
        )
        self.secrets.add(self._granted.token)
        return self._granted.token

    def discard(self) -> None:
        """Forget the token that `token` returned, for all requests."""
        if self._granted:
            self._cache.discard(self._key, self._granted)


def token_endpoint(resolved: Resolved, access: Access) -> str:
    """Return the URL to ask for a token.

    Raises:
        ConfigurationError: There is none, or it is not https, or it has a user part.
    """
    url = access.expand(resolved.credentials.token_url or access.token_url)
    if not url:
        raise ConfigurationError(
            f"The credentials in {resolved.source} lack tokenUrl, "
            "and this platform has no known token endpoint.",
            "set tokenUrl, or give a token instead of clientId and the other keys.",
        )
    if not is_https(url):
        raise ConfigurationError(
            f"The tokenUrl of the credentials in {resolved.source} is not an https URL.",
            "set it to https://host/path, with {hostname} and {tenantId} as placeholders if "
            "needed, and without a user before the host.",
        )
    return url


def fetch_token(
    client: Client, resolved: Resolved, url: str, secrets: Collection[str]
) -> AccessToken:
    """Fetch a token; it is used until the smaller of 10 s and a tenth of its life is left.

    Raises:
        TokenNotGranted: None was granted.
    """
    began = time.monotonic()
    try:
        response = client.send("POST", url, _form(resolved.credentials), FORM, secrets)
    except SmtpConfigError as error:
        remedy = error.remedy if isinstance(error, ConnectionFailed) else CHECK_ENDPOINT
        raise TokenNotGranted(
            f"No token came from {public_url(url)}. {error.happened}", remedy
        ) from None
    if response.status != HTTPStatus.OK:
        check = f"check the credentials in {resolved.source}, {AGAIN}"
        refused = TokenNotGranted(
            describe(f"The token endpoint {public_url(url)}", response, secrets, TOKEN_KEYS),
            check if response.status in NOT_GRANTED else CHECK_ENDPOINT,
        )
        if not resolved.credentials.token_url:
            refused.realm_is_gone = response.content == NO_REALM
        raise refused
    return _access_token(response.body, began, url)


class TokenResponse(BaseModel):
    """The used part of a token endpoint's response; without `expires_in` a token never expires."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: BearerToken = Field(min_length=1)
    expires_in: float | None = None


def _form(credentials: Credentials) -> str:
    fields = {
        "grant_type": "password" if credentials.oauth_username else "client_credentials",
        "username": credentials.oauth_username,
        "password": credentials.oauth_password.get_secret_value(),
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret.get_secret_value(),
        "scope": credentials.scope,
    }
    return urlencode({name: value for name, value in fields.items() if value})


def _access_token(body: bytes, began: float, url: str) -> AccessToken:
    """Read a token; nothing of the response is quoted, because it may contain other tokens."""
    try:
        response = TokenResponse.model_validate_json(body if len(body) <= MAX_BODY else b"")
    except ValidationError:
        happened = f"The token endpoint {public_url(url)} answered 200 OK without a usable token."
        raise TokenNotGranted(happened, CHECK_ENDPOINT) from None
    life = math.inf if response.expires_in is None else response.expires_in
    margin = min(MAX_MARGIN, life / 10)
    return AccessToken(response.access_token.get_secret_value(), began + life - margin)
