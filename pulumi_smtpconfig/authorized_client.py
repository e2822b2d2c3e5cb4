"""One operation's client of the platforms: choose credentials, send, renew once after a 401."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_smtpconfig.auth.destinations import authorize, problem, token_endpoint
from pulumi_smtpconfig.auth.tokens import StaticToken, TokenCache
from pulumi_smtpconfig.errors import (
    NotVerified,
    OutcomeUnknown,
    ReadFailed,
    RealmGone,
    Refused,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.http.responses import (
    AGAIN,
    REMEDIES,
    SEND_AGAIN,
    describe,
    parse_list,
    parse_response,
)
from pulumi_smtpconfig.interface import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from pulumi_smtpconfig.auth.credentials import Resolved
    from pulumi_smtpconfig.auth.tokens import TokenSource
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.http.responses import Response
    from pulumi_smtpconfig.interface import Request, Step, Verification
    from pulumi_smtpconfig.smtp.verifier import Verifier
    from pulumi_smtpconfig.tls import Trust

T = TypeVar("T")

READ_REMEDIES: dict[int, str] = {
    HTTPStatus.FORBIDDEN: (
        "give the client or user of this token the role view-realm or manage-realm "
        f"of the tenant's realm, {AGAIN}"
    ),
    HTTPStatus.NOT_FOUND: f"check hostname, basePath and tenantId (case-sensitive), {AGAIN}",
}
TRIAL = "platform"
"""The stage at which a platform tries settings."""

NOT_TRIED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
NOT_MAILED = (
    "correct the settings; the platform's log says what failed. If it says that the user has no "
    "e-mail address, give the token's user one: for a client, that is the user "
    f"service-account-<client> of its realm, {AGAIN}"
)
TRY_AGAIN = (
    f"check that the platform is up, {AGAIN} The settings were not changed, but the mail may have "
    "been sent."
)
LAST_UP = (
    "`pulumi refresh`, `pulumi destroy` and `--refresh` use the config of the last `pulumi up`: "
    "after `pulumi config set`, add `--run-program`, or set a short-lived secret in a variable "
    "such as SMTPCONFIG_TOKEN or SMTPCONFIG_CLIENT_SECRET."
)


class AuthorizedClient:
    """Sends with the right token, through one client that all threads of an operation share.

    Args:
        config: Where the connection settings are looked up.
        warn: Shows the user a line.
    """

    def __init__(self, config: Config, warn: Callable[[str], None]) -> None:
        self._config = config
        self._warn = warn
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._verifier: Verifier | None = None
        self._tokens = TokenCache()

    def problem(self, credentials: str, requests: Iterable[Request]) -> str:
        """Return why a named set cannot be used for requests, as far as a preview can tell."""
        return problem(self._config, credentials, requests)

    def setting(self, key: str) -> str:
        """Return a connection setting, or an empty string."""
        setting = self._config.get(key)
        return setting.text if setting else ""

    def send(self, request: Request) -> dict[str, Any]:
        """Send a body to a platform, and return the JSON object of the successful response.

        If the platform answers 401 to an access token, the token is renewed and the request
        repeated, once.

        Raises:
            ConfigurationError: A connection setting is missing or wrong.
            TokenNotGranted: There is no token to send.
            ConnectionFailed: Nothing was sent.
            Refused: The platform refused the request.
            OutcomeUnknown: It was sent, and no response says whether it was applied.
        """
        response, token = self._exchange(request)
        remedies = REMEDIES | {HTTPStatus.UNAUTHORIZED: token.remedy}
        return parse_response(response, token.secrets, remedies, empty=request.method == "PUT")

    def read(self, request: Request) -> Reading:
        """Return the JSON object at a URL.

        Raises:
            RealmGone: The platform says that there is no such realm.
            ConfigurationError: A connection setting is missing or wrong.
            ConnectionFailed: The platform was not reached.
            ReadFailed: The platform returned no JSON object.
        """
        content, secrets = self._read(request, parse_response)
        return Reading(content, secrets)

    def read_list(self, request: Request) -> list[Any]:
        """Return the JSON list at a URL; the errors are those of `read`."""
        return self._read(request, parse_list)[0]

    def _read(
        self, request: Request, parse: Callable[[Response, Collection[str], Mapping[int, str]], T]
    ) -> tuple[T, frozenset[str]]:
        try:
            response, token = self._exchange(request)
            remedies = READ_REMEDIES | {HTTPStatus.UNAUTHORIZED: f"{token.remedy} {LAST_UP}"}
            return parse(response, token.secrets, remedies), frozenset(token.secrets)
        except RealmGone:
            raise
        except TokenNotGranted as error:
            raise ReadFailed(error.happened, f"{error.remedy} {LAST_UP}") from None
        except OutcomeUnknown as error:
            raise ReadFailed(error.happened, f"check that the platform is up, {AGAIN}") from None
        except Refused as error:
            raise ReadFailed(error.happened, error.remedy) from None

    def try_settings(self, request: Request) -> None:
        """Let a platform try settings by a mail to the token's user, without storing them.

        Raises:
            NotVerified: The platform could not send the mail, or does not say whether it did.
            ConfigurationError: A connection setting is missing or wrong.
            TokenNotGranted: There is no token to send.
            ConnectionFailed: Nothing was sent.
            Refused: The platform refused the request.
        """
        try:
            response, token = self._exchange(request)
        except OutcomeUnknown as error:
            raise NotVerified(error.happened, TRY_AGAIN, TRIAL) from None
        if response.status == HTTPStatus.NO_CONTENT:
            return
        if response.status in NOT_TRIED:
            remedies = REMEDIES | {HTTPStatus.UNAUTHORIZED: token.remedy}
            parse_response(response, token.secrets, remedies)
        happened = describe("The platform", response, token.secrets)
        raise NotVerified(happened, NOT_MAILED, TRIAL)

    def verify(self, verification: Verification) -> list[Step]:
        """Verify settings at their SMTP server without sending mail.

        `connectTo` applies to the token endpoint alone.

        Raises:
            NotVerified: A stage of the session failed.
            ConfigurationError: `caBundle` is wrong.
        """
        return self._shared_verifier().verify(verification)

    def close(self) -> None:
        """End the operation: close all connections, and forget all tokens and refused logins."""
        with self._lock:
            if self._client:
                self._client.close()
            if self._verifier:
                self._verifier.close()
            self._client = self._verifier = None
            self._tokens = TokenCache()

    def _exchange(self, request: Request) -> tuple[Response, TokenSource]:
        """Send a request; renew a token that was refused, once."""
        resolved = authorize(self._config, request)
        client = self._shared_client()
        token = self._token(resolved, request, client)
        response = self._send(client, request, token)
        if response.status != HTTPStatus.UNAUTHORIZED or not token.renewed:
            return response, token
        token.discard()
        earlier = response.may_be_applied
        try:
            response = self._send(client, request, token)
        except SmtpConfigError as error:
            raise (OutcomeUnknown(error.happened, SEND_AGAIN) if earlier else error) from None
        renewed = token.renewed if response.status == HTTPStatus.UNAUTHORIZED else ""
        return response._replace(
            tried=response.tried + renewed, may_be_applied=response.may_be_applied or earlier
        ), token

    def _send(self, client: Client, request: Request, token: TokenSource) -> Response:
        headers = {"Authorization": f"Bearer {token.token()}"}
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body)  # pure ASCII, so no server can mistake its charset
        return client.send(
            *(request.method, request.url, content, headers, token.secrets),
            repeatable=request.repeatable,
        )

    def _token(self, resolved: Resolved, request: Request, client: Client) -> TokenSource:
        if resolved.credentials.token.get_secret_value():
            return StaticToken(resolved, {*request.secrets, *client.secrets})
        # A user who gives a token does not pay for importing OAuth2.
        from pulumi_smtpconfig.auth.oauth import OAuthToken, Purpose  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.http.client import TOTAL  # noqa: PLC0415 - a preview needs no httpcore

        longest = max(TOTAL, self._config.timeout())
        url = token_endpoint(resolved, request.access)
        purpose = Purpose(url, request.access.tenant, request.secrets)
        return OAuthToken(resolved, purpose, self._tokens, client, longest)

    def _mail_token(self, verification: Verification, seconds: float) -> str:
        from pulumi_smtpconfig.auth.oauth import mail_token  # noqa: PLC0415 - for a login by token

        return mail_token(verification, self._tokens, self._shared_client(), seconds)

    def _shared_client(self) -> Client:
        with self._lock:
            if self._client is None:
                # A preview sends nothing, so it does not pay for importing httpcore.
                from pulumi_smtpconfig.http.client import open_client  # noqa: PLC0415 - see above

                self._client = open_client(self._config, self._trust, self._warn)
            return self._client

    def _shared_verifier(self) -> Verifier:
        with self._lock:
            if self._verifier is None:
                # An operation without verification does not pay for importing smtplib.
                from pulumi_smtpconfig.smtp.stages import Services  # noqa: PLC0415 - see above
                from pulumi_smtpconfig.smtp.verifier import Verifier  # noqa: PLC0415 - see above

                self._verifier = Verifier(Services(self._trust, self._mail_token))
            return self._verifier

    @cached_property
    def _trust(self) -> Trust:
        from pulumi_smtpconfig.tls import load_trust  # noqa: PLC0415 - a preview needs no TLS

        bundle = self._config.get("caBundle")
        return load_trust(bundle.text, bundle.source) if bundle else load_trust()
