"""Where the command line has a password from: a reference, a variable, or a question."""

from __future__ import annotations

import os
import sys
import warnings
from getpass import GetPassWarning, getpass

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.password_reference import resolve

VARIABLE = variable("smtpPassword")
GIVE_IT = (
    f"set the environment variable {VARIABLE}, or give --password-from env:NAME or "
    "--password-from file:/path, or run this in a terminal, which asks for it."
)


def password_for(user: str, reference: str) -> str:
    """Return the password of an SMTP user, or nothing where there is no user.

    Raises:
        ConfigurationError: It is nowhere given, or cannot be read.
    """
    if reference:
        return resolve(reference)
    if not user:
        return ""
    if os.environ.get(VARIABLE):
        return resolve(f"env:{VARIABLE}")
    if sys.stdin.isatty():
        return _asked(user)
    raise ConfigurationError("No password is given for the user.", GIVE_IT)


def _asked(user: str) -> str:
    """Ask in the terminal, and rather not than where the answer would be seen."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"Password of {ascii(user)[1:-1]}: ")
    except (KeyboardInterrupt, EOFError, GetPassWarning) as ended:
        sys.stderr.write("\n")
        if isinstance(ended, KeyboardInterrupt):
            raise
        raise ConfigurationError("No password was entered.", GIVE_IT) from None
