"""Access tokens from an OAuth2 token endpoint (RFC 6749, sections 4.3 and 4.4)."""

from __future__ import annotations

import math
import time
from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pulumi_smtpconfig.auth.credentials import BearerToken, Credentials, Resolved
from pulumi_smtpconfig.auth.tokens import AccessToken
from pulumi_smtpconfig.authority import InvalidAuthority, authority_of
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    SmtpConfigError,
    TokenNotGranted,
    naming_request,
)
from pulumi_smtpconfig.http.responses import AGAIN, MAX_BODY, describe
from pulumi_smtpconfig.logins import Login, StillTrying, name, not_again
from pulumi_smtpconfig.redaction import TOKEN_KEYS, public_url, quote_body

if TYPE_CHECKING:
    from collections.abc import Collection

    from pulumi_smtpconfig.auth.tokens import Grants, TokenCache
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.interface import Verification

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MAX_MARGIN = 10.0
"""Seconds before its end at which a token is no longer used; a tenth of a short life."""

CHECK_ENDPOINT = (
    "check that hostname, basePath and tenantId, or tokenUrl, lead to the right token endpoint, "
    f"and that it is up, {AGAIN}"
)
MAIL_CREDENTIALS = "authTokenClientId, authTokenClientSecret and authTokenScope"
CHECK_MAIL_ENDPOINT = (
    f"check that authTokenUrl leads to the right token endpoint, and that it is up, {AGAIN}"
)
NOT_GRANTED = {400, 401, 403}
INVALID_SCOPE = '"invalid_scope'
"""How the quote of a refusal begins that says nothing about the login (RFC 6749, 5.2)."""

NO_REALM = {"error": "Realm does not exist"}
"""What Keycloak's token endpoint says of a missing realm."""


class Purpose(NamedTuple):
    """What a token is asked for.

    Attributes:
        url: The token endpoint.
        tenant: The tenant, as messages name it.
        secrets: What no error shows.
    """

    url: str
    tenant: str
    secrets: Collection[str]


class OAuthToken:
    """A token that a token endpoint grants, shared by all requests that may use the same one.

    Args:
        resolved: What to log in with.
        purpose: What the token is for.
        cache: The tokens and the logins of all requests.
        client: What asks the token endpoint.
        patience: Seconds to wait for other threads that try the same login.
    """

    def __init__(
        self,
        resolved: Resolved,
        purpose: Purpose,
        cache: TokenCache,
        client: Client,
        patience: float,
    ) -> None:
        self._resolved = resolved
        self._tenant = purpose.tenant
        self._client = client
        self._cache = cache
        self._patience = patience
        self._url = purpose.url
        self._key = (resolved, self._url)
        self._granted: AccessToken | None = None
        self.secrets = {
            *purpose.secrets,
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

        One thread at a time tries a login, and none tries one that was refused, so that wrong
        credentials lock no account.

        Raises:
            TokenNotGranted: None was granted.
        """
        with naming_request("POST", public_url(self._url)):
            self._granted = self._cache.get(self._key) or self._wait()
        self.secrets.add(self._granted.token)
        return self._granted.token

    def _wait(self) -> AccessToken:
        grants = self._cache.logins.known(login_of(self._resolved.credentials, self._url))
        try:
            with grants.turn(self._tenant, self._patience):
                return self._cache.get(self._key) or self._fetch(grants)
        except StillTrying as others:
            who = name(others.tenant, self.secrets)
            waiting = TokenNotGranted(
                f"No token came from {public_url(self._url)}. "
                f"The try for {who} has not ended after {self._patience:g} s.",
                CHECK_ENDPOINT,
            )
            waiting.retryable = True
            raise waiting from None

    def _fetch(self, grants: Grants) -> AccessToken:
        scope = self._resolved.credentials.scope
        if known := grants.refused.get(None) or grants.refused.get(scope):
            refusal, tenant = known
            happened = not_again(refusal.happened, refusal.refused, tenant, self.secrets)
            raise TokenNotGranted(happened, _check_credentials(self._resolved))
        try:
            token = fetch_token(self._client, self._resolved, self._url, self.secrets)
        except TokenNotGranted as error:
            if error.refused:
                is_scope = error.refused.startswith(INVALID_SCOPE)
                # A copy has no traceback, whose frames refer to the secret.
                grants.refused[scope if is_scope else None] = (copy(error), self._tenant)
            raise
        grants.progress += 1
        self._cache.put(self._key, token)
        return token

    def discard(self) -> None:
        """Forget the token that `token` returned, for all requests."""
        if self._granted:
            self._cache.discard(self._key, self._granted)


def mail_token(
    verification: Verification, cache: TokenCache, client: Client, seconds: float
) -> str:
    """Return the access token for a login by XOAUTH2, fetched as Keycloak does, in one try.

    Args:
        verification: Settings with a `token`.
        cache: The tokens and the logins of all requests.
        client: What asks the token endpoint.
        seconds: The time that is left.

    Raises:
        ConfigurationError: The token endpoint's URL is wrong.
        TokenNotGranted: None was granted.
    """
    login = verification.token
    if login is None:
        return ""
    try:
        authority_of(login.url)
    except InvalidAuthority as error:
        raise ConfigurationError(
            f"The authTokenUrl {error}.",
            "set it to https://host/path, without a user before the host.",
        ) from None
    credentials = Credentials(
        tokenUrl=login.url,
        clientId=login.client_id,
        clientSecret=SecretStr(login.client_secret),
        scope=login.scope,
    )
    purpose = Purpose(login.url, verification.tenant, verification.all_secrets)
    resolved = Resolved(credentials, MAIL_CREDENTIALS)
    try:
        return OAuthToken(resolved, purpose, cache, client.once(seconds), seconds).token()
    except TokenNotGranted as error:
        if error.remedy == CHECK_ENDPOINT:
            error.remedy = CHECK_MAIL_ENDPOINT
        raise


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
        missing = TokenNotGranted(f"No token came from {public_url(url)}. {error.happened}", remedy)
        missing.retryable = error.retryable
        raise missing from None
    if response.status != HTTPStatus.OK:
        is_refused = response.status in NOT_GRANTED
        refusal = TokenNotGranted(
            describe(f"The token endpoint {public_url(url)}", response, secrets, TOKEN_KEYS),
            _check_credentials(resolved) if is_refused else CHECK_ENDPOINT,
        )
        if is_refused:
            refusal.refused = quote_body(response.body, secrets, TOKEN_KEYS)
        if not resolved.credentials.token_url:
            refusal.realm_is_gone = response.content == NO_REALM
        raise refusal
    return _access_token(response.body, began, url)


class TokenResponse(BaseModel):
    """The used part of a token endpoint's response; without `expires_in` a token never expires."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: BearerToken = Field(min_length=1)
    expires_in: float | None = None


def login_of(credentials: Credentials, url: str) -> Login:
    """Return what a token endpoint is asked to accept; the scope is no part of it."""
    return Login(
        server=(url,),
        kind="password" if credentials.oauth_username else "client_credentials",
        user=(credentials.client_id, credentials.oauth_username),
        secret=(
            credentials.client_secret.get_secret_value(),
            credentials.oauth_password.get_secret_value(),
        ),
    )


def _check_credentials(resolved: Resolved) -> str:
    return f"check the credentials in {resolved.source}, {AGAIN}"


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
