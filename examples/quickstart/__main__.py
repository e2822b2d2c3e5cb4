"""Declare the mail settings of one tenant on SSMS."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

config = pulumi.Config()

mail = SmtpConfig(
    "mail",
    platform="ssms",
    hostname=config.require("hostname"),
    tenant_id=config.require("tenantId"),
    host=config.require("smtpHost"),
    from_=config.require("from"),
    from_display_name=config.get("fromDisplayName"),
    user=config.require("smtpUser"),
    password=config.require_secret("smtpPassword"),
)

pulumi.export("endpoint", mail.endpoint)
