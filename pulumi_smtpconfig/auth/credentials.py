"""What credentials are, and which ones a resource uses.

The default set is merged key by key, the environment over the stack's config; an explicit provider
that has a key of it has no other from the environment. A named set comes whole from the structured
setting `credentials`, the environment's before the config's, and an explicit provider's own before
either.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from pulumi_smtpconfig.auth.hostnames import matches, parse_pattern
from pulumi_smtpconfig.config import NAMESPACE, variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lint.rules import is_template
from pulumi_smtpconfig.misspelt_settings import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from pulumi_smtpconfig.authority import Authority
    from pulumi_smtpconfig.config import Config, Setting

NAMED_SETS = "credentials"


def _visible_ascii(secret: SecretStr) -> SecretStr:
    """Refuse what a header cannot carry (RFC 9110, section 5.5)."""
    if not all("!" <= character <= "~" for character in secret.get_secret_value()):
        raise PydanticCustomError(
            "token",
            "contains a space or another character that no token has; give it alone, "
            "without 'Bearer' before it and without quotation marks",
        )
    if is_template(secret.get_secret_value()):
        raise PydanticCustomError("template", "is a template placeholder that was never filled in")
    return secret


def _pattern(text: str) -> str:
    try:
        return parse_pattern(text)
    except ValueError as error:
        raise PydanticCustomError("hostnames", "{why}", {"why": str(error)}) from None


BearerToken = Annotated[SecretStr, AfterValidator(_visible_ascii)]


class Credentials(BaseModel):
    """A bearer token, or what OAuth2 needs to get one, and the hosts that it may be used for.

    With `oauth_username` and `oauth_password` the grant is `password`, else `client_credentials`.
    `hostnames` are patterns as `parse_pattern` returns them; None means every host.
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
    hostnames: tuple[Annotated[str, AfterValidator(_pattern)], ...] | None = None

    def secrets(self) -> list[str]:
        """Return what no error shows."""
        return [s.get_secret_value() for s in (self.token, self.client_secret, self.oauth_password)]

    def allow(self, authority: Authority) -> bool:
        """Return whether the owner of these credentials lets them be sent to a host and port."""
        return self.hostnames is None or any(matches(each, authority) for each in self.hostnames)

    def missing(self) -> str:
        """Return the key that OAuth2 lacks, or an empty string."""
        if not self.client_id:
            return "clientId"
        if bool(self.oauth_username) != bool(self.oauth_password):
            return "oauthPassword" if self.oauth_username else "oauthUsername"
        return "" if self.client_secret or self.oauth_username else "clientSecret"


KEYS = [field.alias or key for key, field in Credentials.model_fields.items()]


class Resolved(NamedTuple):
    """Credentials, and the settings that they come from, as an error names them."""

    credentials: Credentials
    source: str


def resolve(config: Config, name: str) -> Resolved:
    """Return the credentials of that name; the default set if the name is empty.

    Raises:
        ConfigurationError: There is no set of that name, or it is incomplete or wrong.
    """
    return _named(config, name) if name else _default(config)


def named_sets_are_given(config: Config) -> bool:
    """Return whether there are any, unlike in a pull request without secrets."""
    return any(_settings(config))


def _default(config: Config) -> Resolved:
    given = config.together([key for key in KEYS if key != "hostnames"])
    how = partial(_how_to_set, config, given)
    if not given:
        raise ConfigurationError("No token is given for the platform.", how("token"))
    used = [given["token"]] if "token" in given else given.values()
    source = ", ".join(setting.source for setting in used)
    values = {key: setting.text for key, setting in given.items()}
    variables = {key: variable(key) for key in given if given[key].source == variable(key)}
    credentials = _parsed(values, source, variables)
    return Resolved(_complete(credentials, source, how), source)


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
        f"{choose}add them to {config.place(NAMED_SETS)} or {variable(NAMED_SETS)}, "
        'as in {"acme": {"token": "..."}}.',
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


def _parsed(values: Any, source: str, variables: Mapping[str, str] | None = None) -> Credentials:
    try:
        return Credentials.model_validate(values)
    except ValidationError as error:
        wrong = [": ".join(filter(None, _wrong(each, variables or {}))) for each in error.errors()]
    raise ConfigurationError(
        f"The credentials in {source} are wrong: {'; '.join(wrong)}.",
        f"correct these keys; the valid ones are {', '.join(KEYS)}.",
    ) from None


def _wrong(error: ErrorDetails, variables: Mapping[str, str]) -> tuple[str, str]:
    path = ".".join(map(str, error["loc"]))
    if error["type"] != "extra_forbidden":
        return variables.get(path, path), error["msg"]
    meant = closest(path, KEYS)
    return path, "unknown key" + (f" ({meant} is meant?)" if meant else "")


def _complete(credentials: Credentials, source: str, how: Callable[[str], str]) -> Credentials:
    missing = "" if credentials.token.get_secret_value() else credentials.missing()
    if missing:
        raise ConfigurationError(f"The credentials in {source} lack {missing}.", how(missing))
    return credentials


def _how_to_set(config: Config, given: Mapping[str, Setting], key: str) -> str:
    secret = "" if key in {"clientId", "oauthUsername"} else "--secret "
    in_config = f"run `pulumi config set {secret}{NAMESPACE}:{key}`"
    in_variable = f"set the environment variable {variable(key)}"
    if not config.provider:
        return f"{in_config}, or {in_variable}."
    in_provider = f'give {key} to provider "{config.provider}"'
    if not given:
        return f"{in_provider}, or {in_variable}."
    is_own = all(setting.source != variable(each) for each, setting in given.items())
    return f"{in_provider if is_own else in_variable}."


def _how_to_add(key: str) -> str:
    return f"add {key}: a named set takes nothing from the other settings."
