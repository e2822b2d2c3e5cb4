"""The emulator as one noun: start it, reach it, and change what it holds."""

import secrets
import socket
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .application import Application, Fault
from .endpoints import Platform, Role
from .messages import ReceivedRequest
from .tokens import CLIENT_ID, Tokens

if TYPE_CHECKING:
    from typing_extensions import Self

HOST = "127.0.0.1"


class ListenError(OSError):
    """The emulator cannot have its port."""


def listen(port: int) -> socket.socket:
    """Take the port on 127.0.0.1, a free one for 0; raises ListenError when it cannot be had."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise ListenError(
            f"Could not start the emulator on {HOST}:{port}: {str(error).rstrip('.')}. "
            "Stop what listens there, or choose another port (0 takes a free one)."
        ) from None


class Controls:
    """The state of a platform, for a test to look at and to change."""

    def __init__(self, platform: Platform, application: Application) -> None:
        self._platform = platform
        self._application = application

    @property
    def token(self) -> str:
        """The bearer token that every tenant accepts; another one counts at once."""
        return self._platform.tokens.fixed

    @token.setter
    def token(self, token: str) -> None:
        self._platform.tokens.fixed = token

    @property
    def client_secret(self) -> str:
        """The secret of `client_id`, a random one at first; another one counts at once."""
        return self._platform.grants.client_secret

    @client_secret.setter
    def client_secret(self, secret: str) -> None:
        self._platform.grants.client_secret = secret

    @property
    def users(self) -> dict[str, str]:
        """Names to passwords of the users in every realm, nobody at first; yours to change."""
        return self._platform.grants.users

    @property
    def tenants(self) -> dict[str, dict[str, str]]:
        """The settings that each tenant has now; yours to change, as somebody else may.

        `emulator.tenants["acme"]["host"] = "other.example"` makes drift. Without its entry a tenant
        has no settings, and does not exist where only named ones do.
        """
        return self._platform.tenants

    @property
    def role(self) -> Role | None:
        """What every token may read of its realm in the admin API; another one counts at once.

        "view-realm" reads all, "query-realms" a few keys without mail, and None is refused.
        """
        return self._platform.role

    @role.setter
    def role(self, role: Role | None) -> None:
        self._platform.role = role

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request so far, refused and failed ones too."""
        return self._application.requests

    @property
    def latency(self) -> float:
        """Seconds before every answer, beside the delay of a fault; 0 at first."""
        return self._application.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._application.latency = seconds

    def order(self, *faults: Fault) -> None:
        """Let each of the next requests meet one fault: the first one left for its kind."""
        self._application.faults.extend(faults)

    def revoke_tokens(self) -> None:
        """Refuse all tokens granted so far, as after the platform's restart; `token` stays good."""
        self._platform.tokens.revoke()


class Emulator(Controls):
    """A platform on 127.0.0.1 that serves https while the context lasts.

    It answers under any host name: connect to `address`, whatever the URL says, and trust
    `ca_bundle`. `environment` tells the provider both.

    Args:
        port: 0 takes a free one.
        token: the bearer token that it accepts for every tenant; a random one when left out.
        tenants: the only ids that exist; any id exists when left out.
        on_request: called in the server's thread before each answer with its status, which is
            None when a fault cuts the connection instead.
        token_lifetime: seconds until a granted token is refused, fractions too but no infinity.
            `expires_in` says so in whole seconds, rounded down, and at least 1.

    Raises:
        ListenError: on entering, when the port is taken.
        ImportError: on entering, when the packages of the extra `emulator` are not installed.
    """

    address: str
    """Where it listens, as host:port."""
    ca_bundle: Path
    """A PEM file with its authority's certificate."""
    client_id: Final = CLIENT_ID
    """The OAuth2 client of every realm, which needs its secret unless a user signs in with it."""

    def __init__(
        self,
        port: int = 0,
        token: str | None = None,
        tenants: Iterable[str] | None = None,
        on_request: Callable[[ReceivedRequest, int | None], None] = lambda *_: None,
        token_lifetime: float = 60.0,
    ) -> None:
        self._port = port
        platform = Platform(Tokens(token or secrets.token_urlsafe(), token_lifetime), tenants)
        super().__init__(platform, Application(platform, on_request))
        self._running = ExitStack()

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

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the provider here."""
        return {
            "SMTPCONFIG_TOKEN": self.token,
            "SMTPCONFIG_CA_BUNDLE": str(self.ca_bundle),
            "SMTPCONFIG_CONNECT_TO": self.address,
        }

    def _serve(self, starting: ExitStack, listener: socket.socket) -> None:
        try:
            from .server import serving  # noqa: PLC0415 - needs an extra: its lack is told here
        except ModuleNotFoundError as missing:
            raise ImportError(
                f"Could not start the emulator: {missing}. "
                "Run: pip install 'pulumi-smtpconfig[emulator]'"
            ) from None
        starting.enter_context(serving(self._application, listener, self.ca_bundle))
