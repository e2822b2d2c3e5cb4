"""Passwords by reference, and fingerprints that tell whether one changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lifecycle.declaration import FINGERPRINT
from pulumi_smtpconfig.lint.engine import find_errors
from pulumi_smtpconfig.lint.rules import VAULT
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.models import OFF
from pulumi_smtpconfig.settings.password_reference import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.lifecycle.declaration import Declaration

COST = 11
"""The binary logarithm of scrypt's cost: about 5 ms, so that 1,000 tenants stay quick."""
BLOCK_SIZE = 8
SALT_BYTES = 16
FORM = re.compile(r"\$scrypt\$ln=(1\d),r=(\d{1,2}),p=1\$([\w+/=]+)\$[\w+/=]+")


def fingerprint(password: str) -> str:
    """Return `$scrypt$ln=...,r=...,p=1$<salt>$<hash>`, with a salt of its own each time."""
    return _fingerprint(password, COST, BLOCK_SIZE, os.urandom(SALT_BYTES))


def matches(password: str, known: str) -> bool:
    """Tell whether a fingerprint is of this password; what is no fingerprint is of none."""
    parts = FORM.fullmatch(known)
    if parts is None:
        return False
    cost, block_size, salt = parts.groups()
    try:
        own = _fingerprint(password, int(cost), int(block_size), base64.b64decode(salt))
    except ValueError:
        return False
    return hmac.compare_digest(own, known)


def _fingerprint(password: str, cost: int, block_size: int, salt: bytes) -> str:
    digest = hashlib.scrypt(password.encode(), salt=salt, n=1 << cost, r=block_size, p=1)
    shown = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"$scrypt$ln={cost},r={block_size},p=1${shown}"


VAULT_IS_KEYCLOAKS = (
    'verify must be "off" where the password refers to Keycloak\'s vault, which only Keycloak '
    "can read"
)


def filled(declared: Declaration) -> Declaration:
    """Return a resource with the password that its reference stands for, if it has one.

    Raises:
        ConfigurationError: The password cannot be read here, or can be none.
    """
    reference: object = declared.options.password_from
    if reference is UNKNOWN or not reference:
        return declared
    password = resolve(str(reference))
    for wrong in find_errors(declared.stored() | {"password": password}):
        if wrong.property == "password":
            happened = f"The password of {reference} {wrong.why}."
            raise ConfigurationError(happened, f"{wrong.remedy}.")
    found = declared.with_password(password)
    if needs_vault(found):
        raise ConfigurationError(f"{VAULT_IS_KEYCLOAKS}.", "set it so.")
    return found


def needs_vault(declared: Declaration) -> bool:
    """Tell whether settings are to be tried with a password that stands in Keycloak's vault."""
    password = declared.settings.password.get_secret_value()
    return declared.options.verify != OFF and password.startswith(VAULT)


def why_unreadable(declared: Declaration) -> str:
    """Return why the password of a reference cannot be read here; nothing where it can."""
    try:
        filled(declared)
    except ConfigurationError as error:
        return error.happened
    return ""


def fingerprint_of(declared: Declaration) -> str:
    """Return what the state keeps of a referenced password that was sent."""
    if not declared.options.password_from:
        return ""
    return fingerprint(declared.settings.password.get_secret_value())


def kept_fingerprint(declared: Declaration, olds: Mapping[str, object]) -> str:
    """Return what the state keeps of a referenced password that is sent already."""
    return str(olds.get(FINGERPRINT, "")) or fingerprint_of(filled(declared))


def is_sent(declared: Declaration, before: Declaration, olds: Mapping[str, object]) -> bool:
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
