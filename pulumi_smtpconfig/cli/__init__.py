"""The command line `smtpconfig`, which does not need Pulumi."""

from pulumi_smtpconfig.cli.app import main

__all__ = ["main"]
