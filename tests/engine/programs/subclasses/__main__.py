"""Declare tenants by SmtpConfig, or by the subclass that `by` names, or by one of that."""

import pulumi

from pulumi_smtpconfig import SmtpConfig


class AcmeMail(SmtpConfig):
    """Mail settings in which a company has what all its tenants share."""

    def __init__(self, tenant_id: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare a tenant."""
        super().__init__(
            tenant_id,
            platform="shift",
            hostname="idp.example.com",
            tenant_id=tenant_id,
            host="smtp.acme.example",
            from_="no-reply@acme.example",
            user="acme",
            password="correct horse",
            opts=opts,
        )


class AcmeTeamMail(AcmeMail):
    """The same for a team."""


by = pulumi.Config().get("by")
if by is None:
    for name in ("acme", "beta"):
        SmtpConfig(
            name,
            platform="shift",
            hostname="idp.example.com",
            tenant_id=name,
            host="smtp.acme.example",
            from_="no-reply@acme.example",
            user="acme",
            password="correct horse",
        )
else:
    kind = {"AcmeMail": AcmeMail, "AcmeTeamMail": AcmeTeamMail}[by]
    for name in ("acme", "beta"):
        kind(name)
