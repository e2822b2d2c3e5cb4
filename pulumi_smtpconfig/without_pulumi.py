"""Messages for a reader without a Pulumi program."""

from __future__ import annotations

import re

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.interface import PLATFORM_ONLY

CONFIG_SET = re.compile(r"run `pulumi config set (?:--secret )?[\w:]+`, or set")
PULUMI = re.compile("`pulumi(?: up)?`")
CONFIG_KEY = re.compile(r"smtpconfig:([A-Za-z]+)")
MAY_DIFFER = "The platform may be able to reach the server even if this machine cannot."


def without_pulumi(text: str) -> str:
    """Rewrite a message for a reader without a Pulumi program.

    >>> without_pulumi("set smtpconfig:readUrl, then run `pulumi up` again.")
    'set SMTPCONFIG_READ_URL, then run `smtpconfig` again.'
    """
    text = text.replace(PLATFORM_ONLY, MAY_DIFFER)
    text = PULUMI.sub("`smtpconfig`", CONFIG_SET.sub("set", text))
    return CONFIG_KEY.sub(lambda key: variable(key[1]), text)
