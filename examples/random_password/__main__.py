"""Let Pulumi generate the SMTP password; it is unknown in the first preview."""

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
