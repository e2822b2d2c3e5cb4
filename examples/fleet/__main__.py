"""Declare the mail settings of the tenants of one group in tenants.yaml."""

import os
from pathlib import Path

import pulumi
from fleet import FleetError, Passwords, read, require_hostnames

from pulumi_smtpconfig import SmtpConfig

config = pulumi.Config()
credentials = {
    "SMTPCONFIG_CREDENTIALS": os.environ.get("SMTPCONFIG_CREDENTIALS"),
    "smtpconfig:credentials": pulumi.Config("smtpconfig").get("credentials"),
}
passwords = Passwords(config.get("passwords"), config.get("passwordFolder"))

try:
    require_hostnames(credentials)
    fleet = read(Path(__file__).with_name("tenants.yaml"))
    declared = fleet.arguments(config.require("group"), passwords)
except FleetError as error:
    raise pulumi.RunError(str(error)) from None

for name, arguments in declared.items():
    SmtpConfig(name, **arguments)
