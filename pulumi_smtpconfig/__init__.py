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

from pulumi_smtpconfig.resource import SmtpConfig
from pulumi_smtpconfig.resource_args import SmtpConfigArgs

__all__ = ["SmtpConfig", "SmtpConfigArgs"]
