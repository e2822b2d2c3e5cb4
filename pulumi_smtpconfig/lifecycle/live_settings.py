"""What a tenant has now, if the platform lets it be read, and what a user is told about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.errors import ReadFailed, SmtpConfigError
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.declaration import naming
from pulumi_smtpconfig.platforms.encoding import TOKEN_KEYS, as_text
from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret, public_url
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS
from pulumi_smtpconfig.settings.models import KEPT_IF_ABSENT, SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration

READABLE = set(SmtpSettings.keys().values()) - {secret.key for secret in LOGIN_SECRETS}
"""The keys whose values a refresh replaces by what it reads."""

LOGIN_KEYS = ("authType", *TOKEN_KEYS, *(secret.key for secret in LOGIN_SECRETS))
"""What a realm has of a login besides its user, in the order in which messages name it."""

VIEW_REALM = (
    "give the client or user of this token the role view-realm of the tenant's realm, "
    "or turn reading off."
)


class LastUp(NamedTuple):
    """That a refresh and a destroy use settings of the last up, for those who changed them since.

    Attributes:
        named: How errors begin to name such a setting.
        advice: What to do, as a sentence without its full stop.
        instead: What else can be done; empty if there is nothing else.
    """

    named: str
    advice: str
    instead: str = ""


LAST_UP = LastUp(
    "smtpconfig:",
    "`pulumi refresh`, `pulumi destroy` and `--refresh` use the config of the last `pulumi up`: "
    "after `pulumi config set`, add `--run-program`",
    ", or set a short-lived secret in a variable such as SMTPCONFIG_TOKEN or "
    "SMTPCONFIG_CLIENT_SECRET",
)
VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
MAX_VERSION = 40

CHANGE_IT = "change that secret, because others may have read it."


def hide_secrets(settings: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """Return settings with `NOT_SHOWN` in place of each value that contains a secret."""
    return {
        key: NOT_SHOWN if contains_secret(as_text(value), secrets) else value
        for key, value in settings.items()
    }


def url_login(live: Mapping[str, Any]) -> str:
    """Return the part of a map's `authTokenUrl` before the host, which no program can declare."""
    return as_text(live.get("authTokenUrl")).rpartition("@")[0]


def hidden_keys(settings: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Return the keys whose values are hidden, as a message lists them."""
    return ", ".join(key for key in shown if shown[key] != settings[key])


def _parsed(version: str) -> tuple[int, ...]:
    match = VERSION.match(version)
    return tuple(map(int, match.groups())) if match else ()


class LiveSettings:
    """Reads the live settings of tenants in one operation.

    Args:
        sender: Sends the requests.
        warn: Shows the user a line.
        last_up: What to do about settings of the last up; None if a refresh has today's.
    """

    def __init__(
        self, sender: Sender, warn: Callable[[str], None], last_up: LastUp | None = LAST_UP
    ) -> None:
        self._if_done = f" If that is done: {last_up.advice}." if last_up else ""
        self._sender = sender
        self._warn = warn

    def is_readable(self, declaration: Declaration) -> bool:
        """Return whether reading is on, for a tenant that is known."""
        return declaration.read_request(self._sender.setting) is not None

    def fetch(self, declaration: Declaration, within: float | None = None) -> Reading | None:
        """Return the platform's map of a tenant's settings; None if reading is off.

        A password or client secret in it that is not masked is one of its secrets, and so is the
        part of `authTokenUrl` before the host.

        Args:
            declaration: Whose settings to read.
            within: The seconds for one try; by default as the connection settings say.

        Raises:
            RealmGone: The platform says that there is no such realm.
            SmtpConfigError: The settings could not be read.
        """
        request = declaration.read_request(self._sender.setting)
        if request is None:
            return None
        with naming(request):
            reading = self._sender.read(request, within)
            live = declaration.platform.live(reading.content)
            if isinstance(live, dict):
                plain = {as_text(live.get(secret.key)).strip("*") for secret in LOGIN_SECRETS}
                return Reading(live, {*reading.secrets, *plain, url_login(live)})
            raise ReadFailed(
                f"The response from {public_url(request.url)} has no mail settings.", VIEW_REALM
            )

    def before_write(self, declaration: Declaration) -> Mapping[str, Any]:
        """Return what a tenant has before it is set; empty if that is not known."""
        try:
            reading = self.fetch(declaration)
        except ReadFailed as error:
            if declaration.platform.merges:
                raise
            self._warn(
                f"{declaration.title}: could not read what it had before. "
                f"{declaration.without_secrets(error.request)} failed. {error.happened}"
            )
            return {}
        return reading.content if reading else {}

    def to_keep(
        self, declaration: Declaration, reading: Reading, state: Mapping[str, object]
    ) -> dict[str, Any]:
        """Return live settings in the form of the state, with secrets hidden, and warn of those.

        A value that the state has already is not hidden, because that would be drift for ever.
        """
        decoded = declaration.platform.decode(reading.content)
        live = {
            key: value
            for key, value in decoded.items()
            if key in READABLE and (key in state or key not in KEPT_IF_ABSENT)
        }
        drift = {key: value for key, value in live.items() if value != state.get(key)}
        shown = hide_secrets(drift, reading.secrets)
        if hidden := hidden_keys(drift, shown):
            self._warn(
                f"{declaration.title}: what the platform has in {hidden} may contain a password or "
                f'a token, so the state and diffs show "{NOT_SHOWN}" instead. Run `pulumi up` to '
                f"send what the program declares, then {CHANGE_IT}"
            )
        return live | shown

    def find_gone(
        self, declaration: Declaration, live: Mapping[str, Any], state: Mapping[str, object]
    ) -> set[str]:
        """Return the keys of secrets that the state has and the platform lost, and warn of them."""
        if not declaration.platform.shows_secrets:
            return set()
        gone = [
            secret
            for secret in LOGIN_SECRETS
            if not live.get(secret.key) and {secret.key, secret.fingerprint} & set(state)
        ]
        for secret in gone:
            self._warn(
                f"{declaration.title}: the platform has no {secret.name} any more. The next "
                "`pulumi up` sends it again."
            )
        return {key for secret in gone for key in (secret.key, secret.fingerprint)}

    def warn_kept(
        self, declaration: Declaration, state: Mapping[str, object], changes: Collection[str]
    ) -> None:
        """Name the changed live settings in which the state has a secret of the new inputs.

        A refresh cannot hide such a secret: it does not know the program.
        """
        old = {key: value for key, value in state.items() if key in changes and key in READABLE}
        if kept := hidden_keys(old, hide_secrets(old, declaration.secrets)):
            self._warn(
                f"{declaration.title}: what the state has in {kept} may contain a password, in "
                f"plain text. Run `pulumi up` to replace it, then {CHANGE_IT}"
            )

    def warn_unknown(self, declaration: Declaration) -> None:
        """Name the settings that were just sent and that this version of the server ignores."""
        stored = declaration.settings.stored()
        since = {k: first for k, first in declaration.platform.since.items() if k in stored}
        if not since:
            return
        try:
            version = self._version(declaration)
            older = {key for key in since if version and _parsed(version) < _parsed(since[key])}
            kept = set(since) if version else self._kept_keys(declaration)
        except SmtpConfigError:
            return  # the settings are sent, and nothing is known of the server
        if unknown := sorted(older | (set(since) - kept)):
            firsts = ", ".join(f"{key} (known since {since[key]})" for key in unknown)
            server = f"{declaration.platform.title} {version}".rstrip()
            self._warn(
                f"{declaration.title}: the settings are stored, but this {server} does not know "
                f"{firsts}. Upgrade it, or remove these settings."
            )

    def _version(self, declaration: Declaration) -> str:
        """Return the server's version; empty if it does not tell it to this token."""
        request = declaration.version_request()
        info = self._sender.read(request).content.get("systemInfo") if request else None
        version = as_text(info.get("version")) if isinstance(info, dict) else ""
        return version if VERSION.match(version) and len(version) <= MAX_VERSION else ""

    def _kept_keys(self, declaration: Declaration) -> set[str]:
        reading = self.fetch(declaration)
        return set(declaration.platform.decode(reading.content)) if reading else set()

    def warn_unread(self, declaration: Declaration) -> None:
        """Say that a platform's settings are not read, and how to change that."""
        platform = declaration.platform
        self._warn(
            f"The mail settings on {platform.title} are not read, so changes made by others are "
            f"not noticed. To notice them, {platform.enable_reading}.{self._if_done}"
        )
