"""What is seen of a running platform, and what may be changed of it."""

from .admin import Role
from .application import Application
from .endpoints import Platform
from .faults import Fault
from .messages import ReceivedRequest


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
