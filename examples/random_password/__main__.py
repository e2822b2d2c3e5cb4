"""Let Pulumi make the SMTP password; in the first preview nobody knows it yet."""

import pulumi_random as random

from pulumi_smtpconfig import SmtpConfig

password = random.RandomPassword("smtp", length=24)

SmtpConfig(
    "acme",
    platform="ssms",
    hostname="idp.example.com",
    tenant_id="acme",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    user="acme",
    password=password.result,
)
