"""What a command may show of the settings that a tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.cli.output import print_warning
from pulumi_smtpconfig.lifecycle.live_settings import CHANGE_IT, hidden_keys, hide_secrets
from pulumi_smtpconfig.platforms.encoding import other_keys
from pulumi_smtpconfig.redaction import NOT_SHOWN, contains_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.interface import Reading
    from pulumi_smtpconfig.lifecycle.declaration import Declaration


class ShownSettings(NamedTuple):
    """A tenant's settings without secrets.

    Attributes:
        settings: The settings by their keys in the state, `NOT_SHOWN` for one with a secret.
        other_keys: The keys that the platform has besides, or `NOT_SHOWN` if one has a secret.
    """

    settings: dict[str, Any]
    other_keys: list[str]


def shown_settings(
    declaration: Declaration, reading: Reading, warn: Callable[[str], None] = print_warning
) -> ShownSettings:
    """Return what a tenant has without secrets, and warn of each setting that contains one."""
    live, secrets = reading
    read = declaration.platform.decode(live) if live else {}
    settings = hide_secrets(read, secrets)
    if hidden := hidden_keys(read, settings):
        warn(
            f"{declaration.title}: what the platform has in {hidden} may contain a password or a "
            f"token, so it is not shown. Correct it on the platform, then {CHANGE_IT}"
        )
    shown = {key.lower() for key in settings}  # Keycloak writes allowutf8
    others = sorted(key for key in other_keys(live) if key.lower() not in shown)
    if contains_secret(" ".join(others), secrets):  # one search, however many keys there are
        others = [NOT_SHOWN]
    return ShownSettings(settings, others)
