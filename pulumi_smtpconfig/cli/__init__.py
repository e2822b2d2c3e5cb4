"""The command line `smtpconfig`, a front door that knows no Pulumi."""

from pulumi_smtpconfig.cli.app import main

__all__ = ["main"]
