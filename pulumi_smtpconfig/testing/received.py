"""What an SMTP server received. No `repr` shows a password or a message."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReceivedLogin:
    """A login that a client tried."""

    user: str
    """The user name, as sent."""
    password: str = field(repr=False)
    """The password, as sent."""
    mechanism: str
    """How it was sent: `LOGIN` or `PLAIN`."""
    accepted: bool
    """Whether the server knew the user and the password."""


@dataclass(frozen=True)
class ReceivedMessage:
    """A message that was delivered."""

    sender: str
    """The address of MAIL FROM; `<>` for the null sender."""
    recipients: tuple[str, ...]
    """The addresses of RCPT TO that were accepted, in order."""
    content: bytes = field(repr=False)
    """Headers and body, as sent; `email.message_from_bytes` parses it."""


@dataclass
class ReceivedSession:
    """A connection and what its client did, up to now."""

    tls: bool = False
    """Whether it is encrypted, from its first byte or since STARTTLS."""
    hello: str = ""
    """The name in the latest EHLO or HELO."""
    logins: list[ReceivedLogin] = field(default_factory=list)
    """In order of arrival, refused ones too."""
    senders: list[str] = field(default_factory=list)
    """The address of each MAIL FROM, refused ones too."""
    recipients: list[str] = field(default_factory=list)
    """The address of each RCPT TO, refused ones too."""
