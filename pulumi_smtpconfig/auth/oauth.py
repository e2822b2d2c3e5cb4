"""Tokens from an OAuth2 token endpoint (RFC 6749, sections 4.3 and 4.4)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_smtpconfig.auth.credentials import BearerToken
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.http.responses import AGAIN, told, words
from pulumi_smtpconfig.interface import filled, is_https
from pulumi_smtpconfig.redaction import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.auth.credentials import Credentials, Selected
    from pulumi_smtpconfig.auth.tokens import Tokens
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.interface import Access, Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LARGEST_MARGIN = 10.0
"""Seconds before its end at which a token is no longer used; a tenth of a short life."""


WELL = (
    "see that hostname, basePath and tenantId, or tokenUrl, lead to the right token endpoint, "
    f"and that it is well, {AGAIN}"
)
NOT_GRANTED = {400, 401, 403}


class TokenAnswer(BaseModel):
    """The part of a token endpoint's answer that is used; without `expires_in` it has no end."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: BearerToken = Field(min_length=1)
    expires_in: float | None = None


@dataclass(frozen=True)
class Granted:
    """A token, and the time on the monotonic clock from which on it is no longer used."""

    token: str = field(repr=False)
    best_before: float


def token_endpoint(selected: Selected, access: Access) -> str:
    """Return the URL to ask for a token.

    Raises:
        ConfigurationError: There is none, or it is not https, or it holds a user part.
    """
    url = filled(selected.credentials.token_url or access.token_url, access)
    if not url:
        raise ConfigurationError(
            f"The credentials in {selected.source} lack tokenUrl, "
            "and this platform has no token endpoint that is known.",
            "set tokenUrl, or give a token in place of clientId and the others.",
        )
    if not is_https(url):
        raise ConfigurationError(
            f"The tokenUrl of the credentials in {selected.source} is no https URL.",
            "set it to https://host/path, with {hostname} and {tenantId} where these belong, "
            "and without a user before the host.",
        )
    return url


def grant(client: Client, selected: Selected, url: str, quote: Callable[[str], str]) -> Granted:
    """Fetch a token; it is honoured until the smaller of 10 s and a tenth of its life is left.

    Raises:
        TokenNotGranted: None came.
    """
    began = time.monotonic()
    try:
        answer = client.send("POST", url, _form(selected.credentials), FORM, quote)
    except SmtpConfigError as error:
        remedy = error.remedy if isinstance(error, ConnectionFailed) else WELL
        raise TokenNotGranted(f"No token came from {url}. {error.happened}", remedy) from None
    if answer.status != HTTPStatus.OK:
        check = f"check the credentials in {selected.source}, {AGAIN}"
        remedy = check if answer.status in NOT_GRANTED else WELL
        refused = TokenNotGranted(told(f"The token endpoint {url}", answer, quote), remedy)
        own = not selected.credentials.token_url
        refused.realm_is_gone = own and words(answer.body) == "Realm does not exist"
        raise refused
    return _granted(answer.body, began, url)


def _form(credentials: Credentials) -> str:
    client_id, user = credentials.client_id, credentials.oauth_username
    secret = credentials.client_secret.get_secret_value()
    given: dict[str, Any] = {"include_client_id": True, "scope": credentials.scope or None}
    given |= {"client_secret": secret} if secret else {}
    if not user:
        return str(BackendApplicationClient(client_id).prepare_request_body(**given))
    password = credentials.oauth_password.get_secret_value()
    return str(LegacyApplicationClient(client_id).prepare_request_body(user, password, **given))


def _granted(body: bytes, began: float, url: str) -> Granted:
    """Read a token; nothing of the answer is quoted, as it may hold other tokens."""
    try:
        answer = TokenAnswer.model_validate_json(body)
    except ValidationError:
        happened = f"The token endpoint {url} answered 200 OK without a token that can be used."
        raise TokenNotGranted(happened, WELL) from None
    life = math.inf if answer.expires_in is None else answer.expires_in
    margin = min(LARGEST_MARGIN, life / 10)
    return Granted(answer.access_token.get_secret_value(), began + life - margin)


class GrantedToken:
    """A token that a token endpoint grants, shared with all requests that may use the same.

    Raises:
        ConfigurationError: There is no token endpoint to ask.
    """

    renews = True

    def __init__(
        self, selected: Selected, request: Request, tokens: Tokens, client: Client
    ) -> None:
        self._selected = selected
        self._client = client
        self._tokens = tokens
        self._url = token_endpoint(selected, request.access)
        self._key = (selected.source, self._url)
        self._granted: Granted | None = None
        self.secrets = {*request.secrets, *selected.credentials.secrets()}
        self.renewed = f", also to a fresh token from {self._url}"
        self.remedy = (
            f"see that the credentials in {selected.source} may change this tenant's mail "
            f"settings, and that their token is for this tenant, {AGAIN}"
        )

    def token(self) -> str:
        """Return a token that still lives.

        Raises:
            TokenNotGranted: There is none.
        """
        quote = partial(quoted, secrets=self.secrets)
        fetch = partial(grant, self._client, self._selected, self._url, quote)
        self._granted = self._tokens.get(self._key, fetch)
        self.secrets.add(self._granted.token)
        return self._granted.token

    def discard(self) -> None:
        """Let nobody use the token again that `token` returned."""
        if self._granted:
            self._tokens.discard(self._key, self._granted)
