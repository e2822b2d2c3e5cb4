"""Declare a realm of stock Keycloak that is cleared at its end, and a tenant that is read."""

import pulumi

from pulumi_smtpconfig import SmtpConfig

password = pulumi.Config().require_secret("smtpPassword")

SmtpConfig(
    "cleared",
    platform="keycloak",
    hostname="sso.example.com:8443",
    base_path="/auth",
    tenant_id="acme",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    user="acme",
    password=password,
    on_delete="clear",
)

SmtpConfig(
    "read",
    platform="shift",
    hostname="idp.example.com",
    tenant_id="beta",
    host="smtp.beta.example",
    from_="no-reply@beta.example",
    from_display_name="Beta",
    user="beta",
    password=password,
)
