"""The token of one request, where OAuth2 grants it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pulumi_smtpconfig.oauth import grant, token_endpoint
from pulumi_smtpconfig.redaction import quoted
from pulumi_smtpconfig.remedies import AGAIN

if TYPE_CHECKING:
    from pulumi_smtpconfig.client import Client
    from pulumi_smtpconfig.oauth import Granted
    from pulumi_smtpconfig.request import Request
    from pulumi_smtpconfig.selection import Selected
    from pulumi_smtpconfig.tokens import Tokens


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
