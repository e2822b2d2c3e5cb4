"""What the lifecycle asks to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Request(NamedTuple):
    """A JSON body for a tenant's endpoint, and what it takes to have a token for it.

    Attributes:
        method: The HTTP method.
        url: An https URL.
        body: What to send.
        secrets: What no error repeats, though the platform may echo it.
        hostname: The tenant's platform, as the credentials' `hostnames` name it.
        tenant_id: The tenant, which a token belongs to.
        credentials: The name of a set of credentials; empty for the default one.
        token_url: The template of the token endpoint where the credentials name none; may be empty.
    """

    method: str
    url: str
    body: Mapping[str, str]
    secrets: tuple[str, ...]
    hostname: str
    tenant_id: str
    credentials: str
    token_url: str


class Sender(Protocol):
    """What the lifecycle needs of a connection."""

    def send(self, request: Request) -> object:
        """Send it; raise a `SmtpConfigError` unless the platform took it."""

    def problem(self, credentials: str, hostname: str) -> str:
        """Return what a preview can say against using credentials for a host, or nothing."""
