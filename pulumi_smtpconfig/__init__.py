"""Mail settings of identity-platform tenants, declared in a Pulumi program."""

from pulumi_smtpconfig.resource import SmtpConfig

__all__ = ["SmtpConfig"]
