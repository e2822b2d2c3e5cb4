"""The emulator: start it, connect to it, and change the platform's state."""

import secrets
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .application import Application, Fault
from .journal import Event
from .listener import HOST, Listener, listen
from .messages import ReceivedRequest
from .page import Page
from .platform import Platform, Role
from .state_folder import CA_BUNDLE, Saver, StateFolder
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
        on_event: Called in the server's thread with what may be shown of each request.
        state: A folder that keeps its authority, and its tenants without their secrets, for the
            next emulator; None keeps nothing.

    Raises:
        ListenError: On entering, if the port is taken.
        StateFolderError: On entering or leaving, if the state folder cannot be used or is damaged.
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
        state: Path | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self._port = port
        self._tokens = Tokens(token or secrets.token_urlsafe(), token_lifetime)
        self._platform = Platform(self._tokens, tenants)
        self._application = Application(self._platform, on_request, keep_requests)
        self._page_token = secrets.token_urlsafe()
        self._application.journal.secrets = self._secrets
        self._application.page = Page(self._application, self._platform, self._page_token)
        self._application.on_event = on_event or (lambda _: None)
        self._state = StateFolder(state) if state else None
        self._running = ExitStack()
        self.users = self._tokens.users
        self.tenants = self._platform.tenants
        self.requests = self._application.requests

    def __enter__(self) -> "Self":
        with ExitStack() as starting:
            prefix = "smtpconfig-emulator-"
            folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix=prefix)))
            self.ca_bundle = folder / CA_BUNDLE
            if self._state:
                self._restore(starting, self._state)
            listener = starting.enter_context(listen(self._port))
            self.address = f"{HOST}:{listener.getsockname()[1]}"
            self._serve(starting, listener, folder)
            self._running = starting.pop_all()
        return self

    def _restore(self, starting: ExitStack, state: StateFolder) -> None:
        state.open()
        starting.callback(state.close)
        for tenant, (settings, platform) in state.load().items():
            self.tenants[tenant] = settings
            if platform:
                self._platform.last_platforms[tenant] = platform
        self.ca_bundle = state.ca_bundle

        def save() -> None:
            state.save(self.tenants, self._platform.last_platforms)

        self._application.on_change = Saver(save).soon
        starting.callback(save)

    def _serve(self, starting: ExitStack, listener: Listener, folder: Path) -> None:
        try:
            from .server import serve  # noqa: PLC0415 - needs an extra; reported below if missing
        except ModuleNotFoundError as missing:
            raise ImportError(
                f"Could not start the emulator: {missing}. "
                "Run: pip install 'pulumi-smtpconfig[emulator]'"
            ) from None
        starting.enter_context(serve(self._application, listener, folder, self._state))

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _secrets(self) -> list[str]:
        return [self.token, self.client_secret, self._page_token, *self.users.values()]

    @property
    def page(self) -> str:
        """The address of the page for a browser, with the token that the page needs."""
        return f"https://{self.address}/#{self._page_token}"

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
        self._tokens.fixed_expired = False

    @property
    def client_secret(self) -> str:
        """The secret of `client_id`, random at first; a new one takes effect at once."""
        return self._tokens.client_secret

    @client_secret.setter
    def client_secret(self, secret: str) -> None:
        self._tokens.client_secret = secret

    @property
    def role(self) -> Role | None:
        """What every token may do with its realm in the admin API; takes effect at once.

        "manage-realm" reads and writes, "view-realm" reads everything, "query-realms" a few keys
        without mail, None is refused.
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

    @property
    def mailbox(self) -> str:
        """Where testSMTPConnection sends its mail: the address of whoever calls it.

        Empty for a caller without an address, as a service account is at first.
        """
        return self._platform.smtp_test.mailbox

    @mailbox.setter
    def mailbox(self, address: str) -> None:
        self._platform.smtp_test.mailbox = address

    @property
    def mail_ca_bundle(self) -> Path | None:
        """A PEM file with authorities that testSMTPConnection trusts too; None for none."""
        return self._platform.smtp_test.ca_bundle

    @mail_ca_bundle.setter
    def mail_ca_bundle(self, path: Path | None) -> None:
        self._platform.smtp_test.ca_bundle = path

    @property
    def sends_mail_anywhere(self) -> bool:
        """Whether testSMTPConnection may reach mail servers that are not on this machine."""
        return self._platform.smtp_test.anywhere

    @sends_mail_anywhere.setter
    def sends_mail_anywhere(self, anywhere: bool) -> None:
        self._platform.smtp_test.anywhere = anywhere

    def order(self, *faults: Fault) -> None:
        """Add faults; each is met once, by the next request of its kind.

        Raises:
            ValueError: More than 10,000 faults would be waiting.
        """
        self._application.order(faults)

    def revoke_tokens(self) -> None:
        """Refuse all tokens granted so far, as if the platform had restarted; `token` stays."""
        self._tokens.revoke()

    def expire_tokens(self) -> None:
        """Refuse all tokens granted so far, and `token` until it is set again or `reset`."""
        self._tokens.expire()

    def reset(self) -> None:
        """Forget all settings, faults and requests, and accept `token`; granted tokens expire.

        Tenants that the argument `tenants` named exist again. Users and the client secret stay, and
        so do latency and what concerns test mails.
        """
        self._application.reset()
