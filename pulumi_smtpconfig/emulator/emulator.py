"""The emulator: start it, connect to it, and change the platform's state."""

import secrets
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .application import Application, Fault
from .endpoints import Platform, Role
from .listener import HOST, Listener, listen
from .messages import ReceivedRequest
from .tokens import CLIENT_ID, Tokens

if TYPE_CHECKING:
    from typing_extensions import Self


class Emulator:
    """A platform on 127.0.0.1 that serves https inside the `with` block.

    It answers for any host name: connect to `address`, whatever the URL says, and trust
    `ca_bundle`. `environment` tells the provider both.

    Args:
        port: 0 picks a free one.
        token: The bearer token that it accepts for every tenant; a random one by default.
        tenants: The only ids that exist; by default any id exists.
        on_request: Called in the server's thread before each response with its status, or None if a
            fault cuts the connection instead.
        token_lifetime: Seconds until a granted token expires; may be fractional, but not infinite.
            `expires_in` is this in whole seconds, rounded down, and at least 1.
        keep_requests: How many of the latest requests `requests` keeps.

    Raises:
        ListenError: On entering, if the port is taken.
        ImportError: On entering, if the packages of the extra `emulator` are not installed.
    """

    address: str
    """Where it listens, as host:port."""
    ca_bundle: Path
    """A PEM file with the certificate of its authority."""
    client_id: Final = CLIENT_ID
    """The OAuth2 client of every realm; needs its secret unless a user signs in."""
    users: Final[dict[str, str]]
    """Passwords by user name, the same in every realm; empty at first, change it in place."""
    tenants: Final[dict[str, dict[str, str]]]
    """The current settings of each tenant; change it in place.

    `emulator.tenants["acme"]["host"] = "other.example"` makes drift. A tenant without an entry has
    no settings, or does not exist if the argument `tenants` was given.
    """
    requests: Final[list[ReceivedRequest]]
    """The latest `keep_requests` requests, including refused and failed ones; clear it in place.

    The body of a request that was refused before it was read is empty.
    """

    def __init__(  # noqa: PLR0913 - a parameter for each property of the platform
        self,
        port: int = 0,
        token: str | None = None,
        tenants: Iterable[str] | None = None,
        on_request: Callable[[ReceivedRequest, int | None], None] = lambda *_: None,
        token_lifetime: float = 60.0,
        *,
        keep_requests: int = 1000,
    ) -> None:
        self._port = port
        self._tokens = Tokens(token or secrets.token_urlsafe(), token_lifetime)
        self._platform = Platform(self._tokens, tenants)
        self._application = Application(self._platform, on_request, keep_requests)
        self._running = ExitStack()
        self.users = self._tokens.users
        self.tenants = self._platform.tenants
        self.requests = self._application.requests

    def __enter__(self) -> "Self":
        with ExitStack() as starting:
            prefix = "smtpconfig-emulator-"
            folder = starting.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
            listener = starting.enter_context(listen(self._port))
            self.address = f"{HOST}:{listener.getsockname()[1]}"
            self.ca_bundle = Path(folder, "ca.pem")
            self._serve(starting, listener)
            self._running = starting.pop_all()
        return self

    def _serve(self, starting: ExitStack, listener: Listener) -> None:
        try:
            from .server import serve  # noqa: PLC0415 - needs an extra; reported below if missing
        except ModuleNotFoundError as missing:
            raise ImportError(
                f"Could not start the emulator: {missing}. "
                "Run: pip install 'pulumi-smtpconfig[emulator]'"
            ) from None
        starting.enter_context(serve(self._application, listener, self.ca_bundle))

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point the provider here."""
        return {
            "SMTPCONFIG_TOKEN": self.token,
            "SMTPCONFIG_CA_BUNDLE": str(self.ca_bundle),
            "SMTPCONFIG_CONNECT_TO": self.address,
        }

    @property
    def token(self) -> str:
        """The bearer token that every tenant accepts; a new one takes effect at once."""
        return self._tokens.fixed

    @token.setter
    def token(self, token: str) -> None:
        self._tokens.fixed = token

    @property
    def client_secret(self) -> str:
        """The secret of `client_id`, random at first; a new one takes effect at once."""
        return self._tokens.client_secret

    @client_secret.setter
    def client_secret(self, secret: str) -> None:
        self._tokens.client_secret = secret

    @property
    def role(self) -> Role | None:
        """What every token may read of its realm in the admin API; takes effect at once.

        "view-realm" reads everything, "query-realms" a few keys without mail, None is refused.
        """
        return self._platform.role

    @role.setter
    def role(self, role: Role | None) -> None:
        self._platform.role = role

    @property
    def latency(self) -> float:
        """Seconds before every response, added to the delay of a fault; 0 at first."""
        return self._application.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._application.latency = seconds

    def order(self, *faults: Fault) -> None:
        """Add faults; each is met once, by the next request of its kind.

        Raises:
            ValueError: More than 10,000 faults would be waiting.
        """
        self._application.order(faults)

    def revoke_tokens(self) -> None:
        """Refuse all tokens granted so far, as if the platform had restarted; `token` stays."""
        self._tokens.revoke()
