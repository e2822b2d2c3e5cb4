"""The emulator as one noun: start it, reach it, see what it was sent."""

import secrets
import socket
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from .application import Application
from .endpoints import Platform
from .faults import Fault
from .listener import HOST, listen
from .messages import ReceivedRequest

if TYPE_CHECKING:
    from typing_extensions import Self


class Emulator:
    """A platform on 127.0.0.1 that serves https while the context lasts.

    It answers under any host name: connect to `address`, whatever the URL says, and trust
    `ca_bundle`. `environment` tells the provider both.

    Args:
        port: 0 takes a free one.
        token: the bearer token that it accepts; a random one when left out.
        tenants: the only ids that exist; any id exists when left out.
        on_request: called in the server's thread before each answer with its status, which is
            None when a fault cuts the connection instead.

    Raises:
        ListenError: on entering, when the port is taken.
        ImportError: on entering, when the packages of the extra `emulator` are not installed.
    """

    address: str
    """Where it listens, as host:port."""
    ca_bundle: Path
    """A PEM file with its authority's certificate."""

    def __init__(
        self,
        port: int = 0,
        token: str | None = None,
        tenants: Iterable[str] | None = None,
        on_request: Callable[[ReceivedRequest, int | None], None] = lambda *_: None,
    ) -> None:
        self.token = token or secrets.token_urlsafe()
        self._port = port
        self._platform = Platform(self.token, tenants)
        self._application = Application(self._platform, on_request)
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
    def tenants(self) -> dict[str, dict[str, str]]:
        """The settings that each tenant has now; yours to change, as somebody else may."""
        return self._platform.tenants

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request so far, refused and failed ones too."""
        return self._application.requests

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the provider here."""
        return {
            "SMTPCONFIG_TOKEN": self.token,
            "SMTPCONFIG_CA_BUNDLE": str(self.ca_bundle),
            "SMTPCONFIG_CONNECT_TO": self.address,
        }

    def order(self, *faults: Fault) -> None:
        """Let each of the next POSTs, whatever it is for, meet one of the faults."""
        self._application.faults.extend(faults)

    def _serve(self, starting: ExitStack, listener: socket.socket) -> None:
        try:
            from .server import serving  # noqa: PLC0415 - needs an extra: its lack is told here
        except ModuleNotFoundError as missing:
            raise ImportError(
                f"Could not start the emulator: {missing}. "
                "Run: pip install 'pulumi-smtpconfig[emulator]'"
            ) from None
        starting.enter_context(serving(self._application, listener, self.ca_bundle))
