"""Declare the mail settings of the tenants of one group in tenants.yaml."""

from pulumi_smtpconfig.fleet import Fleet

Fleet("tenants.yaml")
