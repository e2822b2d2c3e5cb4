"""What the lifecycle asks a client to send, read and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


def title(tenant_id: str, hostname: str) -> str:
    """Return a tenant as messages name it."""
    return f'Tenant "{tenant_id}" on {hostname}'


class Access(NamedTuple):
    """Which credentials a request needs.

    Attributes:
        hostname: The tenant's platform, for the template of a URL.
        tenant_id: The tenant that the token is for.
        authority: The tenant's own host and port, to which a token may go without `hostnames`.
        credentials: The name of a set of credentials; empty for the default one.
        token_url: The template of the token endpoint if the credentials name none; may be empty.
    """

    hostname: str
    tenant_id: str
    authority: str
    credentials: str
    token_url: str

    @property
    def tenant(self) -> str:
        """The tenant as messages name it."""
        return title(self.tenant_id, self.hostname)

    def expand(self, template: str) -> str:
        """Replace `{hostname}` and `{tenantId}` in the template of a URL."""
        tenant = quote(self.tenant_id, safe="")
        return template.replace("{hostname}", self.hostname).replace("{tenantId}", tenant)


class Request(NamedTuple):
    """A request to a tenant's platform.

    Attributes:
        access: Which credentials it needs.
        method: The HTTP method.
        url: The URL.
        body: What to send as JSON, or None.
        secrets: The passwords that no error shows, even if the platform echoes them.
        repeatable: Whether it may be sent again if no response comes.
    """

    access: Access
    method: str
    url: str
    body: Mapping[str, Any] | None = None
    secrets: tuple[str, ...] = ()
    repeatable: bool = True

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


class Reading(NamedTuple):
    """What was read from a platform.

    Attributes:
        content: A JSON object.
        secrets: The secrets of the request, which no output shows.
    """

    content: Mapping[str, Any]
    secrets: Collection[str]

    def __repr__(self) -> str:
        return f"Reading({len(self.content)} keys)"


PLATFORM_ONLY = 'If only the platform can reach the server, set verify to "off".'
"""What a remedy adds if the SMTP server may not be reachable from this machine."""


class TokenLogin(NamedTuple):
    """What gets the access token that a user logs in with instead of a password.

    Attributes:
        url: The token endpoint, https only.
        client_id: Who asks it, by the grant `client_credentials`.
        client_secret: What proves it, plain.
        scope: What the token is for; empty for the endpoint's default.
    """

    url: str
    client_id: str
    client_secret: str
    scope: str = ""

    def __repr__(self) -> str:
        return f"TokenLogin({self.client_id!r})"


class Verification(NamedTuple):
    """The settings to verify at an SMTP server.

    Attributes:
        host: The server's name or address.
        port: Its port.
        ssl: TLS from the first byte.
        starttls: Upgrade the connection to TLS.
        user: The user to log in as; empty for no login.
        password: The user's password, plain.
        sender: The envelope sender; empty for the null sender, `<>`.
        recipient: A recipient to ask for; empty for none.
        secrets: Further passwords that no error shows, even if the server echoes them.
        tenant: Whose settings they are, as an error of another tenant names it.
        token: Where the token for `user` comes from; None for a login by password.
    """

    host: str
    port: int
    ssl: bool
    starttls: bool
    user: str
    password: str
    sender: str
    recipient: str = ""
    secrets: tuple[str, ...] = ()
    tenant: str = ""
    token: TokenLogin | None = None

    def __repr__(self) -> str:
        return f"Verification({self.host}:{self.port})"

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """What no error shows."""
        return (self.password, *([self.token.client_secret] if self.token else []), *self.secrets)


class Certificate(NamedTuple):
    """When a server's certificate begins and ends, in seconds since 1970."""

    begins: float
    ends: float


class Step(NamedTuple):
    """A stage of an SMTP session that passed, and what the server said."""

    stage: str
    said: str


class Sender(Protocol):
    """What the lifecycle needs of a client."""

    def send(self, request: Request) -> object:
        """Send a request; raise an `SmtpConfigError` unless the platform accepts it."""

    def read(self, request: Request, within: float | None = None) -> Reading:
        """Return the JSON object at a URL; raise an `SmtpConfigError` if there is none.

        With `within` it is tried once, for so many seconds.
        """

    def preview_reads(self) -> bool:
        """Return whether a check may read; raise an `SmtpConfigError` if that is set wrongly."""

    def problem(self, credentials: str, requests: Iterable[Request]) -> str:
        """Return why these credentials cannot be used for requests, as far as a preview knows."""

    def setting(self, key: str) -> str:
        """Return a connection setting, or an empty string."""

    def try_settings(self, request: Request) -> None:
        """Let a platform try settings without storing them; raise `NotVerified` if that fails."""

    def verify(self, verification: Verification) -> list[Step]:
        """Verify settings at their SMTP server; raise `NotVerified` if a stage fails."""


def silent(_: str) -> None:
    """Show no progress."""
