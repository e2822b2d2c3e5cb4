"""Mail settings of identity-platform tenants, declared in a Pulumi program.

    import pulumi
    from pulumi_smtpconfig import SmtpConfig

    SmtpConfig(
        "acme",
        platform="shift",
        hostname="idp.example.com",
        tenant_id="acme",
        host="smtp.acme.example",
        from_="no-reply@acme.example",
        user="acme",
        password=pulumi.Config().require_secret("smtpPassword"),
    )

`pulumi_smtpconfig.emulator` is the platform on this machine, to try it with.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_smtpconfig.resource import SmtpConfig
    from pulumi_smtpconfig.resource_args import SmtpConfigArgs

__all__ = ["SmtpConfig", "SmtpConfigArgs"]


def __getattr__(name: str) -> object:
    # Late, because each start of pytest imports this package for its plugin, without pulumi.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pulumi_smtpconfig import resource  # noqa: PLC0415 - see above

    return getattr(resource, name)
