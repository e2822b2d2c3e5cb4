"""Declare tenants whose inputs take another form in the state, and one that was changed later."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

config = pulumi.Config()

SmtpConfig(
    "changed",
    platform="ssms",
    hostname="idp.example.com:443",
    tenant_id="TestSSMS",
    host="smtp.acme.example",
    port="2525",
    starttls=False,
    from_=config.require_secret("from"),
    from_display_name=config.get("fromDisplayName"),
    user="acme",
    password="plain in the program, secret in the state",
)

SmtpConfig(
    "escaped",
    platform="shift",
    hostname="idp.example.com:8443",
    tenant_id="Zürich / 1",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    reply_to="",
    envelope_from="bounce@acme.example",
    user="acme",
    password=config.require_secret("smtpPassword"),
)
