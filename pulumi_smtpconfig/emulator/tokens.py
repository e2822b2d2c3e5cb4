"""Which bearer tokens the platform accepts, and for which tenant."""

import secrets
import time
from base64 import urlsafe_b64encode

HEADER = urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
PAYLOAD_BYTES, SIGNATURE_BYTES = 600, 256
"""A token is then as long as Keycloak's: about 1200 characters."""


class Tokens:
    """A fixed token that is good for every tenant, and those granted for one tenant and a time."""

    def __init__(self, fixed: str, lifetime: float) -> None:
        self.fixed = fixed
        self.lifetime = lifetime
        self._granted: dict[str, tuple[str, float]] = {}

    def grant(self, tenant: str) -> str:
        """A new token, which looks like a JWT and says nothing."""
        parts = HEADER, secrets.token_urlsafe(PAYLOAD_BYTES), secrets.token_urlsafe(SIGNATURE_BYTES)
        token = ".".join(parts)
        self._granted[token] = tenant, time.monotonic() + self.lifetime
        return token

    def revoke(self) -> None:
        """Accept no token any more that was granted."""
        self._granted.clear()

    def accept(self, token: str, tenant: str) -> bool:
        """Whether the token opens the tenant now."""
        return self.is_fixed(token) or self.owner(token) == tenant

    def is_fixed(self, token: str) -> bool:
        """Whether it is the token that is good for every tenant."""
        return secrets.compare_digest(token.encode(), self.fixed.encode())

    def owner(self, token: str) -> str | None:
        """Which tenant the token was granted for; None where it was not, or is dead."""
        owner, end = self._granted.get(token, (None, 0.0))
        return owner if time.monotonic() < end else None
