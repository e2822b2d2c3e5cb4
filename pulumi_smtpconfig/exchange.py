"""One request with a token, which is renewed once when the platform refuses it."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from pulumi_smtpconfig.errors import ConfigurationError, OutcomeUnknown, SmtpConfigError
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.remedies import AGAIN, SEND_AGAIN
from pulumi_smtpconfig.urls import filled, is_https

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.answers import Answer
    from pulumi_smtpconfig.client import Client
    from pulumi_smtpconfig.request import Request
    from pulumi_smtpconfig.selection import Selected


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
