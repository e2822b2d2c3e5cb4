"""A program that expects Pulumi to find a tenant which exists, in the way that `how` names."""

from typing import Any

import pulumi

from pulumi_smtpconfig import SmtpConfig

ID = "ssms/idp.example.com/acme"
how = pulumi.Config().require("how")
found: dict[str, Any] = {how: ID}

if how == "SmtpConfig.get":
    SmtpConfig.get("mail", ID)
else:
    SmtpConfig(
        "mail",
        platform="ssms",
        hostname="idp.example.com",
        tenant_id="acme",
        host="smtp.acme.example",
        from_="no-reply@acme.example",
        opts=pulumi.ResourceOptions(**found),
    )
