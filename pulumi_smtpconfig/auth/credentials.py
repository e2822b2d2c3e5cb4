"""What credentials are, and which ones a resource uses: one lookup, one precedence.

The default set is merged key by key, the environment over the stack's config. A named set comes
whole from the structured `credentials`, the environment's before the config's.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_smtpconfig.config import NAMESPACE, variable
from pulumi_smtpconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.config import Config, Setting


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


NAMED_SETS = "credentials"


class Selected(NamedTuple):
    """Credentials, and where they come from, as an error says it."""

    credentials: Credentials
    source: str


def select(config: Config, name: str, hostname: str) -> Selected:
    """Return the credentials to use for a host; the default set without a name.

    Raises:
        ConfigurationError: There are none of that name, they are incomplete or wrong, or they may
            not be used for this host.
    """
    selected = _named(config, name) if name else _default(config)
    if not selected.credentials.allow(hostname):
        raise ConfigurationError(
            f"The credentials in {selected.source} may not be used for {hostname}.",
            "use others, or let the owner of these add the host to their `hostnames`.",
        )
    return selected


def problem(config: Config, name: str, hostname: str) -> str:
    """Return what a preview can say against a named set; nothing where no sets are configured.

    So a pull request that is given no secrets previews all the same.
    """
    if not name or not any(_settings(config)):
        return ""
    try:
        select(config, name, hostname)
    except ConfigurationError as error:
        return f"{error.happened} Next: {error.remedy}"
    return ""


def _default(config: Config) -> Selected:
    keys = [field.alias or key for key, field in Credentials.model_fields.items()]
    given = {key: s for key in keys if key != "hostnames" and (s := config.get(key))}
    if not given:
        raise ConfigurationError("No token is given for the platform.", _how_to_set("token"))
    used = [given["token"]] if "token" in given else given.values()
    source = ", ".join(setting.source for setting in used)
    credentials = _parsed({key: setting.text for key, setting in given.items()}, source)
    return Selected(_complete(credentials, source, _how_to_set), source)


def _named(config: Config, name: str) -> Selected:
    known: list[str] = []
    for setting in _settings(config):
        sets = _sets(setting)
        if name in sets:
            source = f'"{name}" of {setting.source}'
            return Selected(_complete(_parsed(sets[name], source), source, _how_to_add), source)
        known += sets
    names = ", ".join(f'"{other}"' for other in sorted(set(known)))
    choose = f"set credentials to one of {names}, or " if names else ""
    raise ConfigurationError(
        f'There are no credentials "{name}".',
        f"{choose}add them to {NAMESPACE}:{NAMED_SETS} or {variable(NAMED_SETS)} (see README.md).",
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
        f"{setting.source} is no JSON object of named sets.",
        'set it to {"name": {"token": "..."}, ...}.',
    )


def _parsed(values: Any, source: str) -> Credentials:
    try:
        return Credentials.model_validate(values)
    except ValidationError as error:
        wrong = [": ".join(filter(None, (_place(e["loc"]), e["msg"]))) for e in error.errors()]
    raise ConfigurationError(
        f"The credentials in {source} are wrong: {'; '.join(wrong)}.",
        "correct these keys; SECURITY.md lists which there are.",
    ) from None


def _place(parts: tuple[int | str, ...]) -> str:
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
    return f"add {key}: a named set is complete in itself."
