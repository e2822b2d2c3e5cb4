"""A sender that keeps what it is given, in place of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import SmtpConfigError

if TYPE_CHECKING:
    from pulumi_smtpconfig.interface import Request, Step, Verification


class KeepingSender:
    """Takes every request, or fails each with the same error.

    Args:
        failure: What every request ends with.
        reason: What a preview has against every credentials.
    """

    def __init__(self, failure: SmtpConfigError | None = None, reason: str = "") -> None:
        self.sent: list[Request] = []
        self.asked: list[tuple[str, str]] = []
        self.read_requests: list[Request] = []
        self.realm: dict[str, Any] | SmtpConfigError = {"smtpServer": {}}
        self.settings: dict[str, str] = {}
        self.verifications: list[Verification] = []
        self.unverified: SmtpConfigError | None = None
        self._failure = failure
        self._reason = reason

    def send(self, request: Request) -> None:
        """Keep the request."""
        self.sent.append(request)
        if self._failure:
            raise self._failure

    def read(self, request: Request) -> dict[str, Any]:
        """Answer with the realm that a test gives, or fail with its error."""
        self.read_requests.append(request)
        if isinstance(self.realm, SmtpConfigError):
            raise self.realm
        return self.realm

    def setting(self, key: str) -> str:
        """Return what a test sets."""
        return self.settings.get(key, "")

    def problem(self, credentials: str, hostname: str) -> str:
        """Keep what was asked for."""
        self.asked.append((credentials, hostname))
        return self._reason

    def verify(self, verification: Verification) -> list[Step]:
        """Keep what is to be tried, and fail with what a test gives."""
        self.verifications.append(verification)
        if self.unverified:
            raise self.unverified
        return []
