"""The password of a resource, where the program says where it stands instead of what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.declared import FINGERPRINT
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.fingerprint import fingerprint, matches
from pulumi_smtpconfig.lint import errors
from pulumi_smtpconfig.lint_login import VAULT
from pulumi_smtpconfig.options import OFF
from pulumi_smtpconfig.password_reference import resolve
from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.declared import Declared

VAULT_IS_KEYCLOAKS = (
    'verify must be "off" where the password refers to Keycloak\'s vault, which only Keycloak '
    "can read"
)


def filled(declared: Declared) -> Declared:
    """Return a resource with the password that its reference stands for, if it has one.

    Raises:
        ConfigurationError: The password cannot be read here, or can be none.
    """
    reference: object = declared.options.password_from
    if reference is UNKNOWN or not reference:
        return declared
    password = resolve(str(reference))
    for wrong in errors(declared.stored() | {"password": password}):
        if wrong.property == "password":
            happened = f"The password of {reference} {wrong.why}."
            raise ConfigurationError(happened, f"{wrong.remedy}.")
    found = declared.with_password(password)
    if needs_vault(found):
        raise ConfigurationError(f"{VAULT_IS_KEYCLOAKS}.", "set it so.")
    return found


def needs_vault(declared: Declared) -> bool:
    """Tell whether settings are to be tried with a password that stands in Keycloak's vault."""
    password = declared.settings.password.get_secret_value()
    return declared.options.verify != OFF and password.startswith(VAULT)


def why_unreadable(declared: Declared) -> str:
    """Return why the password of a reference cannot be read here; nothing where it can."""
    try:
        filled(declared)
    except ConfigurationError as error:
        return error.happened
    return ""


def fingerprint_of(declared: Declared) -> str:
    """Return what the state keeps of a referenced password that was sent."""
    if not declared.options.password_from:
        return ""
    return fingerprint(declared.settings.password.get_secret_value())


def kept_fingerprint(declared: Declared, olds: Mapping[str, object]) -> str:
    """Return what the state keeps of a referenced password that is sent already."""
    return str(olds.get(FINGERPRINT, "")) or fingerprint_of(filled(declared))


def is_sent(declared: Declared, before: Declared, olds: Mapping[str, object]) -> bool:
    """Tell whether the password is the one of the state.

    One that cannot be read, by the reference of before, is taken for the same.
    """
    try:
        password = filled(declared).settings.password.get_secret_value()
    except ConfigurationError:
        return declared.options.password_from == before.options.password_from
    kept = str(olds.get(FINGERPRINT, ""))
    sent = before.settings.password.get_secret_value()
    return matches(password, kept) if kept else password == sent
