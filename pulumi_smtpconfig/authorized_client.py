"""One operation's client of the platforms: choose credentials, send, renew once after a 401."""

from __future__ import annotations

import json
import threading
import time
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
from pulumi_smtpconfig.interface import Reading, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping

    from pulumi_smtpconfig.auth.credentials import Resolved
    from pulumi_smtpconfig.auth.tokens import TokenSource
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.http.responses import Response
    from pulumi_smtpconfig.interface import Certificate, Request, Step, Verification
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


class AuthorizedClient:
    """Sends with the right token, through one client that all threads of an operation share.

    Args:
        config: Where the connection settings are looked up.
        warn: Shows the user a line.
        progress: Shows the user what an operation is waiting for, for as long as it waits.

    Attributes:
        certificates: The trusted certificates of the SMTP servers that were verified, by host:port.
    """

    def __init__(
        self,
        config: Config,
        warn: Callable[[str], None],
        progress: Callable[[str], None] = silent,
    ) -> None:
        self._progress = progress
        self._config = config
        self._warn = warn
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._client: Client | None = None
        self._verifier: Verifier | None = None
        self._tokens = TokenCache()
        self.certificates: dict[str, Certificate] = {}

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

    def preview_reads(self) -> bool:
        """Return whether a check may read what a tenant has.

        Raises:
            ConfigurationError: It is set wrongly.
        """
        return self._config.preview_reads()

    def read(self, request: Request, within: float | None = None) -> Reading:
        """Return the JSON object at a URL.

        Args:
            request: What to read.
            within: The seconds for one try, the token's included; by default as the connection
                settings say.

        Raises:
            RealmGone: The platform says that there is no such realm.
            ConfigurationError: A connection setting is missing or wrong.
            ConnectionFailed: The platform was not reached.
            ReadFailed: The platform returned no JSON object.
        """
        content, secrets = self._read(request, parse_response, within)
        return Reading(content, secrets)

    def read_list(self, request: Request) -> list[Any]:
        """Return the JSON list at a URL; the errors are those of `read`."""
        return self._read(request, parse_list)[0]

    def _read(
        self,
        request: Request,
        parse: Callable[[Response, Collection[str], Mapping[int, str]], T],
        within: float | None = None,
    ) -> tuple[T, frozenset[str]]:
        try:
            response, token = (
                self._exchange(request) if within is None else self._try_once(request, within)
            )
            remedies = READ_REMEDIES | {HTTPStatus.UNAUTHORIZED: token.remedy}
            return parse(response, token.secrets, remedies), frozenset(token.secrets)
        except RealmGone:
            raise
        except OutcomeUnknown as error:
            raise _read_failed(error, f"check that the platform is up, {AGAIN}") from None
        except (TokenNotGranted, Refused) as error:
            raise _read_failed(error, error.remedy) from None

    def try_settings(self, request: Request) -> None:
        """Let a platform try settings by a mail to the token's user, without storing them.

        Raises:
            NotVerified: The platform could not send the mail, or does not say whether it did.
            ConfigurationError: A connection setting is missing or wrong.
            TokenNotGranted: There is no token to send.
            ConnectionFailed: Nothing was sent.
            Refused: The platform refused the request.
        """
        self._progress("trying the settings on the platform")
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
        self._progress("verifying the settings at the SMTP server")
        with self._config.naming():
            return self._shared_verifier().verify(verification)

    def verify_in_one_session(
        self, verifications: Iterable[Verification]
    ) -> Generator[NotVerified | None, None, None]:
        """Verify settings that differ in their addresses alone, with one login.

        Yields:
            Why the settings are not verified; None if they are.

        Raises:
            ConfigurationError: `caBundle` is wrong.
        """
        with self._config.naming():
            yield from self._shared_verifier().verify_in_one_session(verifications)

    def stop(self) -> None:
        """Send nothing more, and end the pauses before another try."""
        self._stopped.set()

    def close(self) -> None:
        """End the operation: close all connections, and forget all tokens and refused logins."""
        with self._lock:
            if self._verifier:
                self._verifier.close()
            self._client = self._verifier = None
            self._tokens = TokenCache()

    def _exchange(self, request: Request) -> tuple[Response, TokenSource]:
        """Send a request; renew a token that was refused, once."""
        resolved = authorize(self._config, request)
        client = self._shared_client()
        token = self._token(resolved, request, client)
        with self._config.naming():
            return self._send_with(token, client, request), token

    def _send_with(self, token: TokenSource, client: Client, request: Request) -> Response:
        response = self._send(client, request, token, token.token())
        if response.status != HTTPStatus.UNAUTHORIZED or not token.renewed:
            return response
        self._progress("renewing the token")
        token.discard()
        earlier = response.may_be_applied
        try:
            response = self._send(client, request, token, token.token())
        except SmtpConfigError as error:
            if not earlier:
                raise
            unknown = OutcomeUnknown(error.happened, SEND_AGAIN)
            unknown.request = error.request
            raise unknown from None
        renewed = token.renewed if response.status == HTTPStatus.UNAUTHORIZED else ""
        return response._replace(
            tried=response.tried + renewed, may_be_applied=response.may_be_applied or earlier
        )

    def _try_once(self, request: Request, seconds: float) -> tuple[Response, TokenSource]:
        """Send a request once, and get its token within the same time."""
        resolved = authorize(self._config, request)
        client = self._shared_client()
        ends = time.monotonic() + seconds
        token = self._token(resolved, request, client.once(seconds), seconds)
        bearer = token.token()
        rest = client.once(max(0.0, ends - time.monotonic()))
        return self._send(rest, request, token, bearer), token

    def _send(self, client: Client, request: Request, token: TokenSource, bearer: str) -> Response:
        headers = {"Authorization": f"Bearer {bearer}"}
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body)  # pure ASCII, so no server can mistake its charset
        return client.send(
            *(request.method, request.url, content, headers, token.secrets),
            repeatable=request.repeatable,
        )

    def _token(
        self, resolved: Resolved, request: Request, client: Client, patience: float | None = None
    ) -> TokenSource:
        """Return where the token for a request comes from.

        Args:
            resolved: The credentials.
            request: The request.
            client: What asks the token endpoint.
            patience: Seconds to wait for other threads that try the same login; by default as long
                as these may take.
        """
        if resolved.credentials.token.get_secret_value():
            return StaticToken(resolved, {*request.secrets, *client.secrets})
        # A user who gives a token does not pay for importing OAuth2.
        from pulumi_smtpconfig.auth.oauth import OAuthToken, Purpose  # noqa: PLC0415 - see above
        from pulumi_smtpconfig.http.client import TOTAL  # noqa: PLC0415 - as in _shared_client

        patience = max(TOTAL, self._config.timeout()) if patience is None else patience
        url = token_endpoint(resolved, request.access)
        purpose = Purpose(url, request.access.tenant, request.secrets)
        return OAuthToken(resolved, purpose, self._tokens, client, patience)

    def _mail_token(self, verification: Verification, seconds: float) -> str:
        from pulumi_smtpconfig.auth.oauth import mail_token  # noqa: PLC0415 - for a login by token

        return mail_token(verification, self._tokens, self._shared_client(), seconds)

    def _shared_client(self) -> Client:
        with self._lock:
            if self._client is None:
                # Most previews send nothing, so they do not pay for importing httpcore.
                from pulumi_smtpconfig.http.client import open_client  # noqa: PLC0415 - see above

                self._client = open_client(
                    self._config, self._trust, self._warn, self._stopped, self._progress
                )
            return self._client

    def _shared_verifier(self) -> Verifier:
        with self._lock:
            if self._verifier is None:
                # An operation without verification does not pay for importing smtplib.
                from pulumi_smtpconfig.smtp.stages import Services  # noqa: PLC0415 - see above
                from pulumi_smtpconfig.smtp.verifier import Verifier  # noqa: PLC0415 - see above

                self._verifier = Verifier(
                    Services(self._trust, self._mail_token, self.certificates)
                )
            return self._verifier

    @cached_property
    def _trust(self) -> Trust:
        from pulumi_smtpconfig.tls import load_trust  # noqa: PLC0415 - as in _shared_client

        bundle = self._config.get("caBundle")
        return load_trust(bundle.text, bundle.source) if bundle else load_trust()


def _read_failed(error: SmtpConfigError, remedy: str) -> ReadFailed:
    failed = ReadFailed(error.happened, remedy)
    failed.request = error.request
    failed.retryable = error.retryable
    return failed
