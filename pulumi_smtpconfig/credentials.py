"""What credentials are: a token, or what OAuth2 needs, and the hosts that they are for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


def _visible_ascii(secret: SecretStr) -> SecretStr:
    """Refuse what a header cannot carry (RFC 9110, section 5.5)."""
    if not all("!" <= character <= "~" for character in secret.get_secret_value()):
        raise PydanticCustomError(
            "token",
            "holds a space or another character that no token has; give it alone, "
            "without 'Bearer' before it and without quotation marks",
        )
    return secret


BearerToken = Annotated[SecretStr, AfterValidator(_visible_ascii)]


class Credentials(BaseModel):
    """A bearer token, or what OAuth2 needs to have one, and the hosts that it may be used for.

    With `oauth_username` and `oauth_password` the grant is `password`, else `client_credentials`.
    `hostnames` are patterns such as `*.example.com`; a pattern with a port is for that port alone.
    None means every host.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    token: BearerToken = SecretStr("")
    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    oauth_username: str = ""
    oauth_password: SecretStr = SecretStr("")
    scope: str = ""
    hostnames: tuple[str, ...] | None = None

    def secrets(self) -> list[str]:
        """Return what no error repeats."""
        return [s.get_secret_value() for s in (self.token, self.client_secret, self.oauth_password)]

    def allow(self, hostname: str) -> bool:
        """Tell whether these credentials may be used for a host, given as host or host:port."""
        host, _, port = hostname.partition(":")
        names = (host, f"{host}:{port or 443}")
        patterns = self.hostnames if self.hostnames is not None else ("*",)
        return any(fnmatchcase(name, pattern.lower()) for name in names for pattern in patterns)

    def missing(self) -> str:
        """Return the key that is missing to have a token from OAuth2; empty if none is."""
        if not self.client_id:
            return "clientId"
        if bool(self.oauth_username) != bool(self.oauth_password):
            return "oauthPassword" if self.oauth_username else "oauthUsername"
        return "" if self.client_secret or self.oauth_username else "clientSecret"
