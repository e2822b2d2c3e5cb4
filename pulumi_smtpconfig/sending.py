"""Sending the settings of tenants in one operation, proved before if a resource asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.errors import NotVerified, while_doing
from pulumi_smtpconfig.options import OFF, REQUIRE
from pulumi_smtpconfig.passwords import filled, fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.declared import Declared
    from pulumi_smtpconfig.request import Sender
    from pulumi_smtpconfig.results import Properties

SENT_ALL_THE_SAME = (
    'They are sent all the same, as verify is "warn": the network of the platform may differ '
    "from that of this machine. If it does not"
)


def doing(declared: Declared, what: str = "") -> str:
    """Return the line that says which tenant's settings were in hand, and what failed."""
    what = what or f"{declared.platform.method} {declared.endpoint}"
    return f'Mail settings of tenant "{declared.tenant.tenant_id}": {what} failed.'


class Sending:
    """Sends settings, and remembers whose.

    Args:
        sender: Sends and tries what it is given.
        tell: Shows the user a line.
    """

    def __init__(self, sender: Sender, tell: Callable[[str], None]) -> None:
        self._sender = sender
        self._tell = tell
        self._sent: set[str] = set()

    def prepare(self, declared: Declared, *, verified: bool = False) -> Declared:
        """Return a resource that is ready to be sent: with its password, and tried if it asks.

        Raises:
            ConfigurationError: Its password cannot be read here.
            NotVerified: The SMTP server does not take them, and the resource requires that.
        """
        with while_doing(doing(declared, "reading the password")):
            ready = filled(declared)
        if not verified and declared.options.verify != OFF:
            self._verify(ready)
        return ready

    def send(self, ready: Declared, live: Mapping[str, Any]) -> Properties:
        """Send the settings, given the map that the platform has; return outputs."""
        self._sender.send(ready.setting(live))
        self._sent.add(ready.tenant.id)
        return ready.outputs(fingerprint_of(ready))

    def has_sent(self, declared: Declared) -> bool:
        """Tell whether the operation has set this tenant."""
        return declared.tenant.id in self._sent

    def _verify(self, declared: Declared) -> None:
        try:
            with while_doing(doing(declared, "verifying them before they are sent")):
                self._sender.verify(declared.verification())
        except NotVerified as error:
            if declared.options.verify == REQUIRE:
                raise
            self._tell(f"{declared.title}: {error.happened} {SENT_ALL_THE_SAME}: {error.remedy}")
