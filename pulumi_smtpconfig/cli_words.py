"""The words of the command line, which has no stack: variables alone say how to connect."""

from __future__ import annotations

import re

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.connection import LAST_UP
from pulumi_smtpconfig.smtp_remedies import ELSEWHERE

CONFIG_SET = re.compile(r"run `pulumi config set (?:--secret )?[\w:]+`, or set")
PULUMI = re.compile("`pulumi(?: up)?`")
CONFIG_KEY = re.compile(r"smtpconfig:([A-Za-z]+)")
FROM_THE_PLATFORM = "A platform elsewhere may reach what this machine does not."
ANOTHER_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def in_variables(text: str) -> str:
    """Say for the command line what is written for a Pulumi program: SMTPCONFIG_TOKEN, no config.

    >>> in_variables("set smtpconfig:readUrl, then run `pulumi up` again.")
    'set SMTPCONFIG_READ_URL, then run `smtpconfig` again.'
    """
    text = text.replace(f" {LAST_UP}", "").replace(ELSEWHERE, FROM_THE_PLATFORM)
    text = PULUMI.sub("`smtpconfig`", CONFIG_SET.sub("set", text))
    return CONFIG_KEY.sub(lambda key: variable(key[1]), text)


def printable(text: str) -> str:
    """Replace what a terminal could take for a command, and what hides or turns other text."""
    return "".join(c if c.isprintable() or c == "\n" else ANOTHER_CHARACTER for c in text)
