"""Declare the mail settings of a stock Keycloak realm, and clear them on destroy."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

config = pulumi.Config()

SmtpConfig(
    "acme",
    platform="keycloak",
    hostname=config.require("hostname"),
    base_path=config.get("basePath"),
    tenant_id=config.require("realm"),
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    user="acme",
    password=config.require_secret("smtpPassword"),
    on_delete="clear",
)
