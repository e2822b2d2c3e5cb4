"""Find the password for `smtpconfig verify`: a reference, a variable, or a prompt."""

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
NOT_ENTERED = "No password was entered."
NOT_DECODABLE = "The password is not valid text in the encoding of this terminal."
PROVIDE_IT = (
    f"set the environment variable {VARIABLE}, use --password-from env:NAME or "
    "--password-from file:/path, or run the command in a terminal, which prompts for it."
)


def password_for(user: str, reference: str) -> str:
    """Return the password of an SMTP user, or an empty string without a user.

    Raises:
        ConfigurationError: There is no password, or it cannot be read.
    """
    if reference:
        return resolve(reference)
    if not user:
        return ""
    if os.environ.get(VARIABLE):
        return resolve(f"env:{VARIABLE}")
    if sys.stdin and sys.stdin.isatty():  # None if the shell closed it
        return _prompt(user)
    raise ConfigurationError("The user has no password.", PROVIDE_IT)


def _prompt(user: str) -> str:
    """Prompt for the password, unless the terminal would show it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"Password of {ascii(user)[1:-1]}: ")
    except (KeyboardInterrupt, EOFError, GetPassWarning, UnicodeDecodeError) as error:
        typer.echo(err=True)
        if isinstance(error, KeyboardInterrupt):
            raise
        happened = NOT_DECODABLE if isinstance(error, UnicodeDecodeError) else NOT_ENTERED
        raise ConfigurationError(happened, PROVIDE_IT) from None
