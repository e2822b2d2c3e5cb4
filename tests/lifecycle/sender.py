"""A lifecycle whose sender records requests instead of sending them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import SmtpConfigError
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_smtpconfig.interface import Request, Step, Verification


class KeepingSender:
    """Records every request.

    Args:
        failure: The error that each request ends with.
        reason: Why a preview refuses any credentials.
    """

    def __init__(self, failure: SmtpConfigError | None = None, reason: str = "") -> None:
        self.sent: list[Request] = []
        self.reads: list[tuple[Request, float | None]] = []
        self.asked: list[tuple[str, list[str]]] = []
        self.realm: dict[str, Any] | SmtpConfigError = {"smtpServer": {}}
        self.secrets: Iterable[str] = ()
        self.settings: dict[str, str] = {}
        self.verifications: list[Verification] = []
        self.tried: list[Request] = []
        self.unverified: SmtpConfigError | None = None
        self._failure = failure
        self._reason = reason

    def send(self, request: Request) -> None:
        """Record the request."""
        self.sent.append(request)
        if self._failure:
            raise self._failure

    def preview_reads(self) -> bool:
        """Allow it, as by default."""
        return True

    def read(self, request: Request, within: float | None = None) -> Reading:
        """Return the realm, or raise it if it is an error."""
        self.reads.append((request, within))
        if isinstance(self.realm, SmtpConfigError):
            raise self.realm
        return Reading(self.realm, {*request.secrets, *self.secrets})

    def setting(self, key: str) -> str:
        """Return a setting of the test."""
        return self.settings.get(key, "")

    def problem(self, credentials: str, requests: Iterable[Request]) -> str:
        """Record the question."""
        self.asked.append((credentials, [request.url for request in requests]))
        return self._reason

    def try_settings(self, request: Request) -> None:
        """Record the request, and raise `unverified` if it is set."""
        self.tried.append(request)
        if self.unverified:
            raise self.unverified

    def verify(self, verification: Verification) -> list[Step]:
        """Record the verification, and raise `unverified` if it is set."""
        self.verifications.append(verification)
        if self.unverified:
            raise self.unverified
        return []


class Harness(KeepingSender):
    """A sender with its lifecycle and the lifecycle's warnings."""

    def __init__(self, failure: SmtpConfigError | None = None, reason: str = "") -> None:
        super().__init__(failure, reason)
        self.warnings: list[str] = []
        self.lifecycle = Lifecycle(self, self.warnings.append)
