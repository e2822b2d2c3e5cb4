"""Secrets by reference, and fingerprints that tell whether one changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lint.linter import find_errors
from pulumi_smtpconfig.lint.rules import VAULT
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.settings.choices import OFF, PLATFORM
from pulumi_smtpconfig.settings.password_reference import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.lifecycle.declaration import Declaration

VAULT_IS_KEYCLOAKS = (
    'verify must be "off" or "platform" if the secret is in Keycloak\'s vault, which only Keycloak '
    "can read"
)
COST = 11
"""The binary logarithm of scrypt's cost: about 5 ms, so that 1,000 tenants stay fast."""

BLOCK_SIZE = 8
SALT_BYTES = 16
FORMAT = re.compile(r"\$scrypt\$ln=(1\d),r=(\d{1,2}),p=1\$([\w+/=]+)\$[\w+/=]+", re.ASCII)


def resolve_secret(declaration: Declaration) -> Declaration:
    """Return a resource with the secret that its reference names, if it has one.

    Raises:
        ConfigurationError: The secret cannot be read here, or cannot be right.
    """
    reference: object = declaration.reference
    if reference is UNKNOWN or not reference:
        return declaration
    kind, secret = declaration.login_secret, resolve(str(reference))
    settings = declaration.stored() | {kind.key: secret}
    for wrong in find_errors(settings, declaration.silenced):
        if wrong.property == kind.key:
            happened = f"The {kind.name} of {reference} {wrong.why}."
            raise ConfigurationError(happened, f"{wrong.remedy}.")
    found = declaration.with_secret(secret)
    if needs_vault(found):
        raise ConfigurationError(f"{VAULT_IS_KEYCLOAKS}.", 'set verify to "platform".')
    return found


def hiding_reference(declaration: Declaration) -> Declaration:
    """Return a resource whose errors do not show the secret of its reference, if it is here."""
    reference: object = declaration.reference
    try:
        known = bool(reference) and reference is not UNKNOWN
        return declaration.hiding(resolve(str(reference))) if known else declaration
    except ConfigurationError:
        return declaration


def needs_vault(declaration: Declaration) -> bool:
    """Return whether this machine is to verify the settings with a secret in Keycloak's vault."""
    is_here = declaration.options.verify not in {OFF, PLATFORM}
    return is_here and declaration.secret.startswith(VAULT)


def why_unreadable(declaration: Declaration) -> str:
    """Return why the secret of a reference cannot be read here, or an empty string."""
    try:
        resolve_secret(declaration)
    except ConfigurationError as error:
        return error.happened
    return ""


def is_sent(declaration: Declaration, before: Declaration, olds: Mapping[str, object]) -> bool:
    """Return whether the secret of the login is the one that was sent.

    One that cannot be read here, by an unchanged reference, counts as the same.
    """
    try:
        secret = resolve_secret(declaration).secret
    except ConfigurationError:
        return declaration.reference == before.reference
    kept = str(olds.get(declaration.login_secret.fingerprint, ""))
    return matches(secret, kept) if kept else secret == before.secret


def fingerprint_to_keep(declaration: Declaration, olds: Mapping[str, object] | None = None) -> str:
    """Return what the state keeps of a referenced secret: the old value if there is one."""
    if not declaration.reference:
        return ""
    kept = str((olds or {}).get(declaration.login_secret.fingerprint, ""))
    return kept or fingerprint(declaration.secret or resolve_secret(declaration).secret)


def fingerprint(secret: str) -> str:
    """Return `$scrypt$ln=...,r=...,p=1$<salt>$<hash>`, with a new salt each time."""
    return _fingerprint(secret, COST, BLOCK_SIZE, os.urandom(SALT_BYTES))


def matches(secret: str, known: str) -> bool:
    """Return whether a fingerprint is of this secret; an invalid one is of none."""
    parts = FORMAT.fullmatch(known)
    if parts is None:
        return False
    cost, block_size, salt = parts.groups()
    try:
        own = _fingerprint(secret, int(cost), int(block_size), base64.b64decode(salt))
    except ValueError:
        return False
    return hmac.compare_digest(own, known)


def _fingerprint(secret: str, cost: int, block_size: int, salt: bytes) -> str:
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=1 << cost, r=block_size, p=1)
    shown = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"$scrypt$ln={cost},r={block_size},p=1${shown}"
