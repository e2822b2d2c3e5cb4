"""The emulator as one noun: start it and reach it."""

import secrets
import socket
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .application import Application
from .controls import Controls
from .endpoints import Platform
from .grants import CLIENT_ID
from .listener import HOST, listen
from .messages import ReceivedRequest
from .tokens import Tokens

if TYPE_CHECKING:
    from typing_extensions import Self


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
