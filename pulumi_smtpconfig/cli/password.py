"""Where the command line has a password from: a reference, a variable, or a question."""

from __future__ import annotations

import os
import sys
import warnings
from getpass import GetPassWarning, getpass

import typer

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.settings.password_reference import resolve

VARIABLE = variable("smtpPassword")
NOTHING = "No password was entered."
NO_TEXT = "What was entered is no text in the encoding of this terminal."
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
    if sys.stdin and sys.stdin.isatty():  # it is None where the shell has closed it
        return _asked(user)
    raise ConfigurationError("No password is given for the user.", GIVE_IT)


def _asked(user: str) -> str:
    """Ask in the terminal, and rather not than where the answer would be seen."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"Password of {ascii(user)[1:-1]}: ")
    except (KeyboardInterrupt, EOFError, GetPassWarning, UnicodeDecodeError) as ended:
        typer.echo(err=True)
        if isinstance(ended, KeyboardInterrupt):
            raise
        no_text = isinstance(ended, UnicodeDecodeError)
        raise ConfigurationError(NO_TEXT if no_text else NOTHING, GIVE_IT) from None
