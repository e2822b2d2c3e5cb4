"""One try for each login of an operation, because servers lock accounts after some wrong ones.

Many tenants may share a login. The first one tries it, the others wait for what comes of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

SALT_BYTES = 32


class Login(NamedTuple):
    """What a server is asked to accept.

    Attributes:
        server: The server, and how it is reached.
        kind: How the secret is used, such as the grant of OAuth2; empty for no login.
        user: Who logs in.
        secret: What proves it.
    """

    server: tuple[str, ...]
    kind: str
    user: tuple[str, ...]
    secret: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Login({self.kind})"


class StillTrying(Exception):
    """Others have had their turn for too long.

    Attributes:
        tenant: Whose turn it is.
    """

    def __init__(self, tenant: str) -> None:
        super().__init__(tenant)
        self.tenant = tenant


class Turns:
    """Lets the tenants that share a login do something one after the other.

    Attributes:
        progress: How often something came of a turn; whoever has the turn counts it.
    """

    def __init__(self) -> None:
        self.progress = 0
        self._lock = threading.Lock()
        self._tenant = ""

    @contextmanager
    def turn(self, tenant: str, seconds: float) -> Iterator[None]:
        """Wait until it is a tenant's turn, and take it for the block.

        Raises:
            StillTrying: Others had the turn, without any progress for `seconds`.
        """
        before = self.progress
        while not self._lock.acquire(timeout=seconds):
            if before == self.progress:
                raise StillTrying(self._tenant)
            before = self.progress
        try:
            self._tenant = tenant
            yield
        finally:
            self._lock.release()


T = TypeVar("T")


class Logins(Generic[T]):
    """What is known of each login of one operation, by a salted digest that reveals no secret.

    Args:
        new: Makes what is known of a login at first.
    """

    def __init__(self, new: Callable[[], T]) -> None:
        self._new = new
        self._salt = os.urandom(SALT_BYTES)
        self._lock = threading.Lock()
        self._known: dict[bytes, T] = {}

    def known(self, login: Login) -> T:
        """Return what is known of a login, the same object for all threads."""
        digest = hashlib.blake2b(json.dumps(login).encode(), key=self._salt).digest()
        with self._lock:
            if digest not in self._known:
                self._known[digest] = self._new()
            return self._known[digest]


def quote_again(quoted: str, secrets: Collection[str]) -> str:
    """Return what was quoted for one tenant, unless it contains a secret of another one."""
    return NOT_SHOWN if contains_secret(quoted, secrets) else quoted


def name(tenant: str, secrets: Collection[str]) -> str:
    """Return a tenant as another one may see it, who has these secrets."""
    return "another tenant" if contains_secret(tenant, secrets) else tenant


def not_again(happened: str, words: str, tenant: str, secrets: Collection[str]) -> str:
    """Return what happened to a tenant as what happens to another one, which does not try.

    Args:
        happened: What happened, as a sentence.
        words: The part of it that a server said, quoted.
        tenant: The one that tried.
        secrets: What the other one may not see.
    """
    happened = happened.replace(words, quote_again(words, secrets))
    return f"{happened} That was for {name(tenant, secrets)}; the same is not tried again."
