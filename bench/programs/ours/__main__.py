"""Declare as many tenants as the benchmark asks for, with this provider."""

from bench.tenants import declared
from pulumi_smtpconfig import SmtpConfig

for name, arguments in declared():
    SmtpConfig(name, **arguments)
