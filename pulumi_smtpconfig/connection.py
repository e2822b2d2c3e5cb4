"""One operation's way to the platforms: choose credentials, send, and renew a refused token."""

from __future__ import annotations

import json
import threading
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from pulumi_smtpconfig.auth.credentials import problem, select
from pulumi_smtpconfig.auth.tokens import Tokens
from pulumi_smtpconfig.errors import (
    ConfigurationError,
    OutcomeUnknown,
    ReadFailed,
    RealmGone,
    Refused,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.http.responses import AGAIN, REMEDIES, SEND_AGAIN, Answer, judge
from pulumi_smtpconfig.interface import filled, is_https
from pulumi_smtpconfig.redaction import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.auth.credentials import Selected
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.http.client import Client
    from pulumi_smtpconfig.interface import Request, Step, Verification


class Bearer(Protocol):
    """The token of one request."""

    renews: bool
    renewed: str
    secrets: set[str]
    remedy: str

    def token(self) -> str:
        """Return the token to send."""

    def discard(self) -> None:
        """Let nobody use the token again that was returned last."""


class GivenToken:
    """A token that the user gives; it cannot be renewed here."""

    renews = False
    renewed = ""

    def __init__(self, selected: Selected) -> None:
        self._token = selected.credentials.token.get_secret_value()
        self.secrets = set(selected.credentials.secrets())
        self.remedy = f"renew the token in {selected.source}, as one for this tenant, {AGAIN}"

    def token(self) -> str:
        """Return the token."""
        return self._token

    def discard(self) -> None:
        """Keep the token, as there is no other."""


def exchange(client: Client, request: Request, bearer: Bearer) -> Answer:
    """Send a request; a 401 to a token that can be renewed is answered with a fresh one, once."""
    answer = _send(client, request, bearer)
    if answer.status == HTTPStatus.UNAUTHORIZED and bearer.renews:
        bearer.discard()
        return _send_again(client, request, bearer, unsure=answer.unsure)
    return answer


def permit(selected: Selected, request: Request) -> None:
    """Let a token go to the tenant's own platform, or to where its owner lets it."""
    url = filled(request.url, request.access)
    authority = urlsplit(url).netloc if is_https(url) else ""
    own = authority.lower() == request.access.authority.lower()
    allowed = selected.credentials.hostnames is not None and selected.credentials.allow(authority)
    if not authority or not (own or allowed):
        raise ConfigurationError(
            f"The credentials in {selected.source} may not be sent to {url}.",
            "use an https URL on the tenant's own host, or name its host in their `hostnames`.",
        )


def _send(client: Client, request: Request, bearer: Bearer) -> Answer:
    """Send once; the body is pure ASCII, so that no server can mistake its charset."""
    headers = {"Authorization": f"Bearer {bearer.token()}"}
    content = None
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        content = json.dumps(request.body)
    url = filled(request.url, request.access)
    return client.send(request.method, url, content, headers, quoting(request, bearer))


def quoting(request: Request, bearer: Bearer) -> Callable[[str], str]:
    """Make what shows others' words without the secrets of a request."""
    return partial(quoted, secrets={*request.secrets, *bearer.secrets})


def _send_again(client: Client, request: Request, bearer: Bearer, *, unsure: bool) -> Answer:
    try:
        answer = _send(client, request, bearer)
    except SmtpConfigError as error:
        raise (OutcomeUnknown(error.happened, SEND_AGAIN) if unsure else error) from None
    renewed = bearer.renewed if answer.status == HTTPStatus.UNAUTHORIZED else ""
    return answer._replace(unsure=answer.unsure or unsure, tried=answer.tried + renewed)


READ_REMEDIES: dict[int, str] = {
    HTTPStatus.FORBIDDEN: (
        "let the client or user of this token have the role view-realm or manage-realm "
        f"of the tenant's realm, {AGAIN}"
    ),
    HTTPStatus.NOT_FOUND: f"check hostname, basePath and tenantId (its case counts), {AGAIN}",
}
LAST_UP = (
    "`pulumi refresh`, `pulumi destroy` and `--refresh` use the config of the last `pulumi up`: "
    "after `pulumi config set` add `--run-program`, or give what is short-lived in a variable "
    "such as SMTPCONFIG_TOKEN or SMTPCONFIG_CLIENT_SECRET."
)


class Connection:
    """Sends with the right token, through the one client that all threads of an operation share.

    Args:
        config: Where the connection settings are looked up.
        warn: Shows the user a line.
    """

    def __init__(self, config: Config, warn: Callable[[str], None]) -> None:
        self._config = config
        self._warn = warn
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._tokens = Tokens()

    def problem(self, credentials: str, hostname: str) -> str:
        """Return what a preview can say against using a named set for a host, or nothing."""
        return problem(self._config, credentials, hostname)

    def setting(self, key: str) -> str:
        """Return a connection setting, or nothing."""
        setting = self._config.get(key)
        return setting.text if setting else ""

    def send(self, request: Request) -> dict[str, Any]:
        """Send a body to a platform, and return the JSON object of the answer that it was taken.

        A granted token that the platform answers with 401 is renewed once, and the request
        repeated once.

        Raises:
            ConfigurationError: A connection setting is missing or wrong.
            TokenNotGranted: There is no token to send.
            ConnectionFailed: Nothing was sent.
            Refused: The platform did not take it.
            OutcomeUnknown: It was sent, and no answer tells what became of it.
        """
        answer, bearer = self._exchange(request)
        remedies = REMEDIES | {HTTPStatus.UNAUTHORIZED: bearer.remedy}
        return judge(answer, quoting(request, bearer), remedies, empty=request.method == "PUT")

    def read(self, request: Request) -> dict[str, Any]:
        """Return the JSON object that a URL answers with.

        Raises:
            RealmGone: The platform says that there is no such realm.
            ConfigurationError: A connection setting is missing or wrong.
            ConnectionFailed: The platform was not reached.
            ReadFailed: It gave no such object.
        """
        try:
            answer, bearer = self._exchange(request)
            remedies = READ_REMEDIES | {HTTPStatus.UNAUTHORIZED: f"{bearer.remedy} {LAST_UP}"}
            return judge(answer, quoting(request, bearer), remedies)
        except RealmGone:
            raise
        except TokenNotGranted as error:
            raise ReadFailed(error.happened, f"{error.remedy} {LAST_UP}") from None
        except OutcomeUnknown as error:
            raise ReadFailed(error.happened, f"see that the platform is well, {AGAIN}") from None
        except Refused as error:
            raise ReadFailed(error.happened, error.remedy) from None

    def verify(self, verification: Verification) -> list[Step]:
        """Try settings at their SMTP server, without a mail; `connectTo` does not count there.

        Raises:
            NotVerified: The server does not take them.
            ConfigurationError: `caBundle` is wrong.
        """
        # An operation without verification does not pay for importing smtplib.
        from pulumi_smtpconfig.http.opening import open_trust  # noqa: PLC0415 - as said
        from pulumi_smtpconfig.smtp.verify import verify  # noqa: PLC0415 - as said

        return verify(verification, open_trust(self._config))

    def close(self) -> None:
        """Close all connections; the next request opens new ones."""
        with self._lock:
            if self._client:
                self._client.close()
            self._client = None

    def _exchange(self, request: Request) -> tuple[Answer, Bearer]:
        selected = select(self._config, request.access.credentials, request.access.hostname)
        permit(selected, request)
        client = self._shared_client()
        bearer = self._bearer(selected, request, client)
        return exchange(client, request, bearer), bearer

    def _bearer(self, selected: Selected, request: Request, client: Client) -> Bearer:
        if selected.credentials.token.get_secret_value():
            return GivenToken(selected)
        # Whoever gives a token does not pay for importing an OAuth2 library.
        from pulumi_smtpconfig.auth.oauth import GrantedToken  # noqa: PLC0415 - as said

        return GrantedToken(selected, request, self._tokens, client)

    def _shared_client(self) -> Client:
        with self._lock:
            if self._client is None:
                # A preview sends nothing, so it does not pay for importing httpx.
                from pulumi_smtpconfig.http.opening import open_client  # noqa: PLC0415 - as said

                self._client = open_client(self._config, self._warn)
            return self._client
