"""Ways in which a platform, or the network before it, fails a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .messages import Answer
from .routes import Kind


@dataclass(frozen=True)
class Fault:
    """What one request meets instead of an answer; a delay alone only postpones that."""

    status: int | None = None
    """200 to 599; None leaves the answer to the platform, unless it is cut off."""
    body: str | bytes = ""
    """The answer's body as it is sent, where there is a status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent beside Content-Length; there is no Content-Type unless it is named here."""
    delay: float = 0.0
    """Seconds before the answer; a client that gives up meanwhile ends it."""
    cut: Literal["header", "body"] | None = None
    """Where the connection breaks: before the status line, or after status, headers and body (200
    without a status), of which Content-Length promised more."""
    applied: bool = False
    """Whether the platform handles the request first, so that only its answer is lost."""
    on: Kind | None = None
    """The kind of request that it waits for, while others pass: one for a tenant's `mail` settings,
    one for a `token`, or one to `read` a realm; None is any POST, and so never a read."""

    @property
    def answer(self) -> Answer | None:
        """The answer that takes the place of the platform's; None leaves the platform's."""
        if self.status is None and self.cut is None:
            return None
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return Answer(self.status or 200, body, self.headers)


NO_FAULT = Fault()
