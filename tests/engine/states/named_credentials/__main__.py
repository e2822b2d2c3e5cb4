"""Declare a tenant with a named set of credentials, and one with the default set."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

SmtpConfig(
    "named",
    platform="shift",
    hostname="idp.example.com",
    tenant_id="acme",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    user="acme",
    password=pulumi.Config().require_secret("smtpPassword"),
    credentials="acme",
)

SmtpConfig(
    "default",
    platform="ssms",
    hostname="idp.example.com",
    tenant_id="beta",
    host="smtp.beta.example",
    port=465,
    ssl=True,
    from_="no-reply@beta.example",
)
