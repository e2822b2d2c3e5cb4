"""What a tenant has now, if the platform lets it be read, and what a user is told about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import ReadFailed
from pulumi_smtpconfig.redaction import public_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration

VIEW_REALM = (
    "give the client or user of this token the role view-realm of the tenant's realm, "
    "or turn reading off."
)


class LiveSettings:
    """Reads the live settings of tenants in one operation.

    Args:
        sender: Sends the requests.
        warn: Shows the user a line.
    """

    def __init__(self, sender: Sender, warn: Callable[[str], None]) -> None:
        self._sender = sender
        self._warn = warn

    def fetch(self, declaration: Declaration) -> Mapping[str, Any] | None:
        """Return the platform's map of a tenant's settings; None if reading is off.

        Raises:
            RealmGone: The platform says that there is no such realm.
            SmtpConfigError: The settings could not be read.
        """
        request = declaration.read_request(self._sender.setting)
        if request is None:
            return None
        live = declaration.platform.live(self._sender.read(request))
        if isinstance(live, dict):
            return live
        raise ReadFailed(
            f"The response from {public_url(request.url)} has no mail settings.", VIEW_REALM
        )

    def before_write(self, declaration: Declaration) -> Mapping[str, Any]:
        """Return what a tenant has before it is set; empty if that is not known."""
        try:
            return self.fetch(declaration) or {}
        except ReadFailed as error:
            if declaration.platform.merges:
                raise
            self._warn(f"{declaration.title}: could not read what it had before. {error.happened}")
            return {}

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
