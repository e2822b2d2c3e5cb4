"""The platforms: one row each, with a file for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.platforms.keycloak import KEYCLOAK
from pulumi_smtpconfig.platforms.kobil import SHIFT, SSMS
from pulumi_smtpconfig.settings.choices import PlatformName

if TYPE_CHECKING:
    from pulumi_smtpconfig.platforms.platform import Platform

PLATFORMS: dict[PlatformName, Platform] = {
    PlatformName.SSMS: SSMS,
    PlatformName.SHIFT: SHIFT,
    PlatformName.KEYCLOAK: KEYCLOAK,
}
