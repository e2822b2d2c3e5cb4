"""Declare the tenants of one group."""

from pulumi_smtpconfig.fleet import Fleet

Fleet("tenants.yaml")
