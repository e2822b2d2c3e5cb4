"""Declare as many tenants as the benchmark asks for, with this provider."""
# ruff: noqa: INP001 - a Pulumi program, not a package

from bench.tenants import declared
from pulumi_smtpconfig import SmtpConfig

for name, arguments in declared():
    SmtpConfig(name, **arguments)
