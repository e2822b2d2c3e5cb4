"""The plugin's fixtures: our suite keeps the plugin out, so that coverage sees its import."""

from __future__ import annotations

from pulumi_smtpconfig.pytest_plugin import smtp_environment, smtp_platform, smtp_server

__all__ = ["smtp_environment", "smtp_platform", "smtp_server"]
