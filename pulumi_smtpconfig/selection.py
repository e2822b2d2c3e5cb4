"""Which credentials a resource uses: one lookup, one precedence.

The default set is merged key by key, the environment over the stack's config. A named set comes
whole from the structured `credentials`, the environment's before the config's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from pulumi_smtpconfig.config import NAMESPACE, variable
from pulumi_smtpconfig.credentials import Credentials
from pulumi_smtpconfig.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.config import Config, Setting

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
