"""A tenant whose password stands in a variable, and which a secret value triggers."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

config = pulumi.Config()

SmtpConfig(
    "mail",
    platform="ssms",
    hostname="idp.example.com",
    tenant_id="acme",
    host=config.get("smtpHost") or "smtp.acme.example",
    from_="no-reply@acme.example",
    user="acme",
    password_from="env:ACME_SMTP_PASSWORD",
    triggers=["always", {"backup": config.require_secret("backup")}],
)
