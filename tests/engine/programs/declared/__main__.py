"""Declare the resources in declared.json, as name and arguments; what it names `secret` is one."""

import json
from pathlib import Path

import pulumi

from pulumi_smtpconfig import SmtpConfig

for name, arguments in json.loads(Path("declared.json").read_text()).items():
    secrets = arguments.pop("secret", {})
    arguments |= {key: pulumi.Output.secret(value) for key, value in secrets.items()}
    SmtpConfig(name, **arguments)
