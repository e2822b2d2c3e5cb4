"""A tenant whose port is wrong, which is known once another tenant is set."""

from pulumi_smtpconfig import SmtpConfig

first = SmtpConfig(
    "first",
    platform="ssms",
    hostname="idp.example.com",
    tenant_id="first",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
)
SmtpConfig(
    "second",
    platform="ssms",
    hostname="idp.example.com",
    tenant_id="second",
    host="smtp.acme.example",
    from_="no-reply@acme.example",
    port=first.id.apply(lambda _: 587587),
    triggers=[first.id.apply(lambda _: 1)],
)
