"""What the lifecycle asks a connection to send, read and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class Access(NamedTuple):
    """Whose token a request needs.

    Attributes:
        hostname: The tenant's platform, as the credentials' `hostnames` name it.
        tenant_id: The tenant, which a token belongs to.
        authority: The host and port that the token may be sent to without `hostnames`.
        credentials: The name of a set of credentials; empty for the default one.
        token_url: The template of the token endpoint where the credentials name none; may be empty.
    """

    hostname: str
    tenant_id: str
    authority: str
    credentials: str
    token_url: str


class Request(NamedTuple):
    """A request to a tenant's platform.

    Attributes:
        access: Whose token goes with it.
        method: The HTTP method.
        url: The template of an https URL, with `{hostname}` and `{tenantId}` or without.
        body: What to send as JSON, or None.
        secrets: What no error repeats, though the platform may echo it.
    """

    access: Access
    method: str
    url: str
    body: Mapping[str, Any] | None = None
    secrets: tuple[str, ...] = ()


class Verification(NamedTuple):
    """What is tried at an SMTP server.

    Attributes:
        host: The server's name or address.
        port: Its port.
        ssl: TLS from the first byte.
        starttls: An upgrade to TLS.
        user: Who authenticates; empty where nobody does.
        password: The user's password, plain.
        sender: The envelope sender.
        recipient: An address to ask for; empty for none.
    """

    host: str
    port: int
    ssl: bool
    starttls: bool
    user: str
    password: str
    sender: str
    recipient: str = ""

    def __repr__(self) -> str:
        return f"Verification({self.host}:{self.port})"


class Step(NamedTuple):
    """A stage of an SMTP session that passed, and what is notable of it."""

    stage: str
    said: str


class Sender(Protocol):
    """What the lifecycle needs of a connection."""

    def send(self, request: Request) -> object:
        """Send it; raise a `SmtpConfigError` unless the platform took it."""

    def read(self, request: Request) -> dict[str, Any]:
        """Return the JSON object that is read; raise a `SmtpConfigError` where there is none."""

    def problem(self, credentials: str, hostname: str) -> str:
        """Return what a preview can say against using credentials for a host, or nothing."""

    def setting(self, key: str) -> str:
        """Return a connection setting, or nothing."""

    def verify(self, verification: Verification) -> list[Step]:
        """Try the settings at their SMTP server; raise `NotVerified` where they fail."""


def filled(template: str, access: Access) -> str:
    """Put a tenant into a template, where `{hostname}` and `{tenantId}` stand for its own."""
    tenant = quote(access.tenant_id, safe="")
    return template.replace("{hostname}", access.hostname).replace("{tenantId}", tenant)


def is_https(url: str) -> bool:
    """Tell whether a URL is https, complete, and without a user before the host."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    plain = all("!" <= character <= "~" for character in url) and not set("@{}") & set(url)
    return parts.scheme == "https" and named and plain
