"""Find the secret for `smtpconfig verify`: a reference, a variable, or a prompt."""

from __future__ import annotations

import os
import sys
import warnings
from getpass import GetPassWarning, getpass

import typer

from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.settings.login_secrets import CLIENT_SECRET, PASSWORD, LoginSecret
from pulumi_smtpconfig.settings.password_reference import resolve

VARIABLES = {
    PASSWORD: variable("smtpPassword"),
    CLIENT_SECRET: variable("authTokenClientSecret"),
}
OPTIONS = {PASSWORD: "--password-from", CLIENT_SECRET: "--auth-token-client-secret-from"}


def secret_for(kind: LoginSecret, user: str, reference: str) -> str:
    """Return the secret that an SMTP user needs, or an empty string without a user.

    Raises:
        ConfigurationError: There is none, or it cannot be read.
    """
    if reference:
        return resolve(reference)
    if not user:
        return ""
    if os.environ.get(VARIABLES[kind]):
        return resolve(f"env:{VARIABLES[kind]}")
    if sys.stdin and sys.stdin.isatty():  # None if the shell closed it
        return _prompt(kind, user)
    raise ConfigurationError(f"The user has no {kind.name}.", _provide(kind))


def _provide(kind: LoginSecret) -> str:
    option = OPTIONS[kind]
    return (
        f"set the environment variable {VARIABLES[kind]}, use {option} env:NAME or "
        f"{option} file:/path, or run the command in a terminal, which prompts for it."
    )


def _prompt(kind: LoginSecret, user: str) -> str:
    """Prompt for the secret, unless the terminal would show it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(f"{kind.name.capitalize()} of {ascii(user)[1:-1]}: ")
    except (KeyboardInterrupt, EOFError, GetPassWarning, UnicodeDecodeError) as error:
        typer.echo(err=True)
        if isinstance(error, KeyboardInterrupt):
            raise
        happened = f"No {kind.name} was entered."
        if isinstance(error, UnicodeDecodeError):
            happened = f"The {kind.name} is not valid text in the encoding of this terminal."
        raise ConfigurationError(happened, _provide(kind)) from None
