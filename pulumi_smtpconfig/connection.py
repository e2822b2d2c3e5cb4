"""One operation's way to the platforms, made from the connection settings when first needed."""

from __future__ import annotations

import json
import threading
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.answers import AGAIN, REMEDIES, SEND_AGAIN, Answer, judge
from pulumi_smtpconfig.errors import OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.selection import problem, select
from pulumi_smtpconfig.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.client import Client
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.granted import GrantedToken
    from pulumi_smtpconfig.request import Request
    from pulumi_smtpconfig.selection import Selected


class GivenToken:
    """A token that the user gives; it cannot be renewed here."""

    renews = False

    def __init__(self, selected: Selected) -> None:
        self._token = selected.credentials.token.get_secret_value()
        self.secrets = set(selected.credentials.secrets())
        self.remedy = f"renew the token in {selected.source}, {AGAIN}"

    def token(self) -> str:
        """Return the token."""
        return self._token

    def discard(self) -> None:
        """Keep the token, as there is no other."""


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
        selected = select(self._config, request.credentials, request.hostname)
        client = self._shared_client()
        bearer = self._bearer(selected, request, client)
        answer = _post(client, request, bearer)
        if answer.status == HTTPStatus.UNAUTHORIZED and bearer.renews:
            bearer.discard()
            answer = _post_again(client, request, bearer, unsure=answer.unsure)
        quote = partial(quoted, secrets={*request.secrets, *bearer.secrets})
        return judge(answer, quote, REMEDIES | {HTTPStatus.UNAUTHORIZED: bearer.remedy})

    def _bearer(
        self, selected: Selected, request: Request, client: Client
    ) -> GivenToken | GrantedToken:
        if selected.credentials.token.get_secret_value():
            return GivenToken(selected)
        from pulumi_smtpconfig.granted import GrantedToken  # noqa: PLC0415 - likewise

        return GrantedToken(selected, request, self._tokens, client)

    def _shared_client(self) -> Client:
        with self._lock:
            if self._client is None:
                # A preview sends nothing, so it does not pay for importing httpx.
                from pulumi_smtpconfig.opening import open_client  # noqa: PLC0415

                self._client = open_client(self._config, self._warn)
            return self._client


def _post(client: Client, request: Request, bearer: GivenToken | GrantedToken) -> Answer:
    """Send once; the body is pure ASCII, so that no server can mistake its charset."""
    headers = {"Authorization": f"Bearer {bearer.token()}", "Content-Type": "application/json"}
    quote = partial(quoted, secrets={*request.secrets, *bearer.secrets})
    return client.send(request.method, request.url, json.dumps(request.body), headers, quote)


def _post_again(
    client: Client, request: Request, bearer: GivenToken | GrantedToken, *, unsure: bool
) -> Answer:
    try:
        answer = _post(client, request, bearer)
    except SmtpConfigError as error:
        raise (OutcomeUnknown(error.happened, SEND_AGAIN) if unsure else error) from None
    return answer._replace(unsure=answer.unsure or unsure)
