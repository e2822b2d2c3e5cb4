"""Declare one tenant with all settings and one with as few as can be."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

SmtpConfig(
    "all",
    platform="ssms",
    hostname="IDP.example.com:8443",
    tenant_id="DEV3",
    host="smtp.acme.example",
    port=465,
    ssl=True,
    starttls=False,
    from_="no-reply@acme.example",
    from_display_name="Acme",
    reply_to="help@acme.example",
    reply_to_display_name="Acme help",
    envelope_from="bounce@acme.example",
    user="acme",
    password=pulumi.Config().require_secret("smtpPassword"),
)

SmtpConfig(
    "few",
    platform="shift",
    hostname="idp.example.com",
    tenant_id="acme",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
)
