"""The bearer token of a request: one that the user gives, or one that is fetched once for all."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pulumi_smtpconfig.http.responses import AGAIN
from pulumi_smtpconfig.logins import Logins, Turns

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from pulumi_smtpconfig.auth.credentials import Resolved
    from pulumi_smtpconfig.errors import TokenNotGranted


class TokenSource(Protocol):
    """Where the token of one request comes from.

    Attributes:
        secrets: What no error shows.
        renewed: What to add to an error if the platform refuses a renewed token too; empty if a
            token cannot be renewed.
        remedy: What to do if the platform refuses the token.
    """

    secrets: set[str]
    renewed: str
    remedy: str

    def token(self) -> str:
        """Return the token to send."""

    def discard(self) -> None:
        """Forget the token that was returned last, so that `token` fetches another."""


class StaticToken:
    """A token that the user gives; it cannot be renewed here."""

    renewed = ""

    def __init__(self, resolved: Resolved, secrets: Iterable[str]) -> None:
        self._token = resolved.credentials.token.get_secret_value()
        self.secrets = {*secrets, *resolved.credentials.secrets()}
        self.remedy = f"set a new token for this tenant in {resolved.source}, {AGAIN}"

    def token(self) -> str:
        """Return the token."""
        return self._token

    def discard(self) -> None:
        """Keep the token, because there is no other."""


@dataclass(frozen=True)
class AccessToken:
    """A token, and the time on the monotonic clock from which it is no longer used."""

    token: str = field(repr=False)
    best_before: float


class Grants(Turns):
    """What is known of a login at a token endpoint.

    Attributes:
        refused: A refusal and the tenant that it was for, by the scope that it is about; None if it
            is about the login itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.refused: dict[str | None, tuple[TokenNotGranted, str]] = {}


class TokenCache:
    """The access tokens of one operation by their source, safe to share between threads.

    Attributes:
        logins: What is known of each login that was tried.
    """

    def __init__(self) -> None:
        self.logins = Logins(Grants)
        self._lock = threading.Lock()
        self._tokens: dict[Hashable, AccessToken] = {}

    def get(self, key: Hashable) -> AccessToken | None:
        """Return the token under a key, or None if there is none or it has expired."""
        with self._lock:
            token = self._tokens.get(key)
        return token if token and token.best_before > time.monotonic() else None

    def put(self, key: Hashable, token: AccessToken) -> None:
        """Keep a token under a key."""
        with self._lock:
            self._tokens[key] = token

    def discard(self, key: Hashable, refused: AccessToken) -> None:
        """Forget the token under a key, unless another thread has already replaced it."""
        with self._lock:
            if self._tokens.get(key) is refused:
                del self._tokens[key]
