"""What a tenant has now, where the platform lets it be read, and what a user is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import ReadFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.interface import Sender
    from pulumi_smtpconfig.lifecycle.declaration import Declaration

VIEW_REALM = (
    "give the client or user of this token the role view-realm of the tenant's realm, "
    "or switch reading off."
)


class Live:
    """Reads the live settings of tenants in one operation.

    Args:
        sender: Reads what is asked for.
        tell: Shows the user a line.
    """

    def __init__(self, sender: Sender, tell: Callable[[str], None]) -> None:
        self._sender = sender
        self._tell = tell
        self._told: set[str] = set()

    def fetch(self, declared: Declaration) -> Mapping[str, Any] | None:
        """Return the platform's map of a tenant's settings; None where reading is not on.

        Raises:
            RealmGone: The platform says that there is no such realm.
            SmtpConfigError: What the platform has cannot be told.
        """
        request = declared.reading(self._sender.setting)
        if request is None:
            return None
        live = declared.platform.live(self._sender.read(request))
        if isinstance(live, dict):
            return live
        raise ReadFailed(f"The answer from {request.url} shows no mail settings.", VIEW_REALM)

    def before(self, declared: Declaration) -> Mapping[str, Any]:
        """Return what a tenant has before it is set; nothing where that is not known."""
        try:
            return self.fetch(declared) or {}
        except ReadFailed as error:
            if declared.platform.merges:
                raise
            self._tell(f"{declared.title}: what it had before is not known. {error.happened}")
            return {}

    def tell_adopted(self, declared: Declaration, live: Mapping[str, Any]) -> None:
        """Name the settings of a tenant that are about to be replaced, if there are any."""
        old, new = declared.platform.decode(live), declared.settings.stored()
        names = [
            key for key in {**old, **new} if key != "password" and old.get(key) != new.get(key)
        ]
        if live and names:
            self._tell(
                f"{declared.title} had other mail settings, which are replaced: {', '.join(names)}."
            )

    def tell_unread(self, declared: Declaration) -> None:
        """Say once an operation that a platform's settings are not read, and what would do it."""
        platform = declared.platform
        if platform.title not in self._told:
            self._told.add(platform.title)
            self._tell(
                f"The mail settings on {platform.title} are not read, so changes that others made "
                f"are not seen. To see them, {platform.enable_reading}."
            )
