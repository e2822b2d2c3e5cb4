"""The tenants of a YAML file, declared as one `SmtpConfig` each.

    from pulumi_smtpconfig.fleet import Fleet

    Fleet("tenants.yaml")

This declares the tenants of the stack's group, `fleet:group`. It needs the extra `fleet`.
"""

from typing import TYPE_CHECKING

from pulumi_smtpconfig.fleet.problems import FleetError

if TYPE_CHECKING:
    from pulumi_smtpconfig.fleet.program import Fleet

__all__ = ["Fleet", "FleetError"]


def __getattr__(name: str) -> object:
    # Late, because the command line reads a fleet's file without Pulumi.
    if name != "Fleet":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pulumi_smtpconfig.fleet.program import Fleet  # noqa: PLC0415

    return Fleet
