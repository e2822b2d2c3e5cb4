"""What credentials are, and which ones a resource uses.

The default set is merged key by key, the environment over the stack's config. A named set comes
whole from the structured setting `credentials`, the environment's before the config's.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_smtpconfig.config import NAMESPACE, variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.redaction import public_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.config import Config, Setting
    from pulumi_smtpconfig.interface import Request

NAMED_SETS = "credentials"
MAX_PATTERN = 260
"""Characters of a host, and of a port or a wildcard; more of them take long to compile."""


def _visible_ascii(secret: SecretStr) -> SecretStr:
    """Refuse what a header cannot carry (RFC 9110, section 5.5)."""
    if not all("!" <= character <= "~" for character in secret.get_secret_value()):
        raise PydanticCustomError(
            "token",
            "contains a space or another character that no token has; give it alone, "
            "without 'Bearer' before it and without quotation marks",
        )
    return secret


BearerToken = Annotated[SecretStr, AfterValidator(_visible_ascii)]


class Credentials(BaseModel):
    """A bearer token, or what OAuth2 needs to get one, and the hosts that it may be used for.

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
    hostnames: tuple[Annotated[str, Field(max_length=MAX_PATTERN)], ...] | None = None

    def secrets(self) -> list[str]:
        """Return what no error shows."""
        return [s.get_secret_value() for s in (self.token, self.client_secret, self.oauth_password)]

    def allow(self, hostname: str) -> bool:
        """Return whether these credentials may be used for a host, given as host or host:port."""
        host, _, port = hostname.partition(":")
        names = (host, f"{host}:{port or 443}")
        patterns = self.hostnames if self.hostnames is not None else ("*",)
        return any(fnmatchcase(name, pattern.lower()) for name in names for pattern in patterns)

    def missing(self) -> str:
        """Return the key that OAuth2 lacks, or an empty string."""
        if not self.client_id:
            return "clientId"
        if bool(self.oauth_username) != bool(self.oauth_password):
            return "oauthPassword" if self.oauth_username else "oauthUsername"
        return "" if self.client_secret or self.oauth_username else "clientSecret"


class Resolved(NamedTuple):
    """Credentials, and the settings that they come from, as an error names them."""

    credentials: Credentials
    source: str


def resolve(config: Config, name: str, hostname: str) -> Resolved:
    """Return the credentials to use for a host; the default set if the name is empty.

    Raises:
        ConfigurationError: There is no set of that name, it is incomplete or wrong, or it may not
            be used for this host.
    """
    resolved = _named(config, name) if name else _default(config)
    if not resolved.credentials.allow(hostname):
        raise ConfigurationError(
            f"The credentials in {resolved.source} may not be used for {hostname}.",
            "use others, or let the owner of these add the host to their `hostnames`.",
        )
    return resolved


def problem(config: Config, name: str, hostname: str) -> str:
    """Return why a named set cannot be used, as far as a preview can tell, or an empty string.

    Nothing is wrong if no sets are configured, so a pull request without secrets can be previewed.
    """
    if not name or not any(_settings(config)):
        return ""
    try:
        resolve(config, name, hostname)
    except ConfigurationError as error:
        return f"{error.happened} Next: {error.remedy}"
    return ""


def check_destination(resolved: Resolved, request: Request) -> None:
    """Let a token go to the tenant's own platform, or to a host that its owner allows.

    Raises:
        ConfigurationError: The request goes elsewhere, or not by https.
    """
    authority = urlsplit(request.url).netloc if is_https(request.url) else ""
    own = authority.lower() == request.access.authority.lower()
    allowed = resolved.credentials.hostnames is not None and resolved.credentials.allow(authority)
    if not authority or not (own or allowed):
        raise ConfigurationError(
            f"The credentials in {resolved.source} may not be sent to {public_url(request.url)}.",
            "use an https URL on the tenant's own host, or add its host to their `hostnames`.",
        )


def is_https(url: str) -> bool:
    """Return whether a URL is https, complete, and without a user before the host."""
    if not url.isascii():  # Python would normalise it, in quadratic time
        return False
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    plain = all("!" <= character <= "~" for character in url) and not set("@{}") & set(url)
    return parts.scheme == "https" and named and plain


def _default(config: Config) -> Resolved:
    keys = [field.alias or key for key, field in Credentials.model_fields.items()]
    given = {key: s for key in keys if key != "hostnames" and (s := config.get(key))}
    if not given:
        raise ConfigurationError("No token is given for the platform.", _how_to_set("token"))
    used = [given["token"]] if "token" in given else given.values()
    source = ", ".join(setting.source for setting in used)
    credentials = _parsed({key: setting.text for key, setting in given.items()}, source)
    return Resolved(_complete(credentials, source, _how_to_set), source)


def _named(config: Config, name: str) -> Resolved:
    known: list[str] = []
    for setting in _settings(config):
        sets = _sets(setting)
        if name in sets:
            source = f'"{name}" of {setting.source}'
            return Resolved(_complete(_parsed(sets[name], source), source, _how_to_add), source)
        known += sets
    names = ", ".join(f'"{other}"' for other in sorted(set(known)))
    choose = f"set credentials to one of {names}, or " if names else ""
    raise ConfigurationError(
        f'There are no credentials "{name}".',
        f"{choose}add them to {NAMESPACE}:{NAMED_SETS} or {variable(NAMED_SETS)} "
        "(see docs/connection-settings.md).",
    )


def _settings(config: Config) -> Iterator[Setting]:
    return filter(None, config.both(NAMED_SETS))


def _sets(setting: Setting) -> dict[str, Any]:
    try:
        sets = json.loads(setting.text)
    except (ValueError, RecursionError):
        sets = None
    if isinstance(sets, dict):
        return sets
    raise ConfigurationError(
        f"{setting.source} is not a JSON object of named sets.",
        'set it to {"name": {"token": "..."}, ...}.',
    )


def _parsed(values: Any, source: str) -> Credentials:
    try:
        return Credentials.model_validate(values)
    except ValidationError as error:
        wrong = [": ".join(filter(None, (_path(e["loc"]), e["msg"]))) for e in error.errors()]
    raise ConfigurationError(
        f"The credentials in {source} are wrong: {'; '.join(wrong)}.",
        "correct these keys; docs/connection-settings.md lists the valid ones.",
    ) from None


def _path(parts: tuple[int | str, ...]) -> str:
    return ".".join(map(str, parts))


def _complete(credentials: Credentials, source: str, how: Callable[[str], str]) -> Credentials:
    missing = "" if credentials.token.get_secret_value() else credentials.missing()
    if missing:
        raise ConfigurationError(f"The credentials in {source} lack {missing}.", how(missing))
    return credentials


def _how_to_set(key: str) -> str:
    secret = "" if key in {"clientId", "oauthUsername"} else "--secret "
    return (
        f"run `pulumi config set {secret}{NAMESPACE}:{key}`, "
        f"or set the environment variable {variable(key)}."
    )


def _how_to_add(key: str) -> str:
    return f"add {key}: a named set takes nothing from the other settings."
