"""Give each option that Pulumi would ignore to a resource, and let another have a mistake."""

from typing import Any

import pulumi

from pulumi_smtpconfig import SmtpConfig, SmtpConfigArgs

options: dict[str, Any] = {
    "provider": pulumi.ProviderResource("pulumi-python", "python", {}),
    "replace_on_changes": ["host"],
    "version": "1.0.0",
    "plugin_download_url": "https://plugins.example",
    "custom_timeouts": pulumi.CustomTimeouts(create="1m"),
}
arguments: SmtpConfigArgs = {
    "platform": "ssms",
    "hostname": "idp.example.com",
    "tenant_id": "acme",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
}
for option, value in options.items():
    SmtpConfig(option, arguments, pulumi.ResourceOptions(**{option: value}))
SmtpConfig("port", **(arguments | {"port": 0}))
