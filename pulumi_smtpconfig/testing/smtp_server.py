"""The mail server: start it, say whom it accepts, and read what it received."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .received import ReceivedMessage, ReceivedSession

if TYPE_CHECKING:
    from typing_extensions import Self


class SmtpServer:
    """An SMTP server on 127.0.0.1 that delivers nothing, running inside the `with` block.

    It takes logins (LOGIN and PLAIN) over TLS alone. Its certificate is valid for `localhost` and
    `127.0.0.1`, for clients that trust `ca_bundle`.

    Raises:
        ImportError: On entering, if the packages of the extra `testing` are not installed.
    """

    host: Final = "127.0.0.1"
    """Where it listens."""
    port: int
    """The port whose connections become encrypted by STARTTLS; a free one."""
    ssl_port: int
    """The port whose connections are encrypted from the first byte; a free one."""
    ca_bundle: Path
    """A PEM file with the certificate of its authority."""
    users: Final[dict[str, str]]
    """The passwords it accepts, by user name; empty at first, change it in place."""
    refused: Final[set[str]]
    """The senders and recipients that it refuses; empty at first, change it in place."""
    sessions: Final[list[ReceivedSession]]
    """Each connection, in order of arrival; clear it in place."""
    messages: Final[list[ReceivedMessage]]
    """Each message delivered, in order of arrival; clear it in place."""

    def __init__(self) -> None:
        self.users = {}
        self.refused = set()
        self.sessions = []
        self.messages = []
        self._running = ExitStack()

    def __enter__(self) -> "Self":
        try:
            from .listener import certified, listen  # noqa: PLC0415 - needs an extra, as told below
        except ModuleNotFoundError as missing:
            raise ImportError(
                f"Could not start the SMTP server: {missing}. "
                "Run: pip install 'pulumi-smtpconfig[testing]'"
            ) from None
        with ExitStack() as starting:
            prefix = "smtpconfig-smtp-server-"
            folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix=prefix)))
            self.ca_bundle = folder / "ca.pem"
            context = certified(self.ca_bundle)
            self.port = starting.enter_context(listen(self, context, ssl=False))
            self.ssl_port = starting.enter_context(listen(self, context, ssl=True))
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
