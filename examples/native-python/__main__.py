"""Declare every mail setting of a tenant on SHIFT, by the native plugin."""

import pulumi

from pulumi_smtpconfig.native import SmtpConfig

mail = SmtpConfig(
    "acme",
    platform="shift",
    hostname="idp.example.com:8443",
    tenant_id="acme",
    host="smtp.acme.example",
    port=465,
    ssl=True,
    from_="no-reply@acme.example",
    from_display_name="Acme",
    reply_to="help@acme.example",
    reply_to_display_name="Acme help",
    envelope_from="bounce@acme.example",
    user="acme",
    password=pulumi.Config().require_secret("smtpPassword"),
)

pulumi.export("endpoint", mail.endpoint)
