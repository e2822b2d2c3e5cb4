"""What a tenant has now, if the platform lets it be read, and what a user is told about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import ReadFailed
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.platforms.encoding import as_text
from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret, public_url
from pulumi_smtpconfig.settings.models import SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration

READABLE = set(SmtpSettings.keys().values()) - {"password"}
"""The keys whose values a refresh replaces by what it reads."""

VIEW_REALM = (
    "give the client or user of this token the role view-realm of the tenant's realm, "
    "or turn reading off."
)

CHANGE_IT = "change that secret, because others may have read it."


def hide_secrets(settings: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    """Return settings with `NOT_SHOWN` in place of each value that contains a secret."""
    return {
        key: NOT_SHOWN if contains_secret(as_text(value), secrets) else value
        for key, value in settings.items()
    }


def hidden_keys(settings: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Return the keys whose values are hidden, as a message lists them."""
    return ", ".join(key for key in shown if shown[key] != settings[key])


class LiveSettings:
    """Reads the live settings of tenants in one operation.

    Args:
        sender: Sends the requests.
        warn: Shows the user a line.
    """

    def __init__(self, sender: Sender, warn: Callable[[str], None]) -> None:
        self._sender = sender
        self._warn = warn

    def fetch(self, declaration: Declaration) -> Reading | None:
        """Return the platform's map of a tenant's settings; None if reading is off.

        A password in it that is not masked is one of its secrets.

        Raises:
            RealmGone: The platform says that there is no such realm.
            SmtpConfigError: The settings could not be read.
        """
        request = declaration.read_request(self._sender.setting)
        if request is None:
            return None
        reading = self._sender.read(request)
        live = declaration.platform.live(reading.content)
        if isinstance(live, dict):
            password = as_text(live.get("password")).strip("*")
            return Reading(live, {*reading.secrets, password})
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
            self._warn(f"{declaration.title}: could not read what it had before. {error.happened}")
            return {}
        return reading.content if reading else {}

    def to_keep(
        self, declaration: Declaration, reading: Reading, state: Mapping[str, object]
    ) -> dict[str, Any]:
        """Return live settings in the form of the state, with secrets hidden, and warn of those.

        A value that the state has already is not hidden, because that would be drift for ever.
        """
        live = declaration.platform.decode(reading.content)
        drift = {key: value for key, value in live.items() if value != state.get(key)}
        shown = hide_secrets(drift, reading.secrets)
        if hidden := hidden_keys(drift, shown):
            self._warn(
                f"{declaration.title}: what the platform has in {hidden} may contain a password or "
                f'a token, so the state and diffs show "{NOT_SHOWN}" instead. Run `pulumi up` to '
                f"send what the program declares, then {CHANGE_IT}"
            )
        return live | shown

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

    def warn_replaced(self, declaration: Declaration, live: Mapping[str, Any]) -> None:
        """Name the settings of a tenant that are about to be replaced, if there are any."""
        old, new = declaration.platform.decode(live), declaration.settings.stored()
        names = [
            key for key in {**old, **new} if key != "password" and old.get(key) != new.get(key)
        ]
        if live and names:
            self._warn(
                f"{declaration.title} had other mail settings, which are replaced: "
                f"{', '.join(names)}."
            )

    def warn_unread(self, declaration: Declaration) -> None:
        """Say that a platform's settings are not read, and how to change that."""
        platform = declaration.platform
        self._warn(
            f"The mail settings on {platform.title} are not read, so changes made by others are "
            f"not noticed. To notice them, {platform.enable_reading}."
        )
