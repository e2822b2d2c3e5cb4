"""Telling whether a password is the one of before, without keeping it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re

COST = 11
"""The binary logarithm of scrypt's cost: about 5 ms, so that 1,000 tenants stay quick."""
BLOCK_SIZE = 8
SALT_BYTES = 16
FINGERPRINT = re.compile(r"\$scrypt\$ln=(1\d),r=(\d{1,2}),p=1\$([\w+/=]+)\$[\w+/=]+")


def fingerprint(password: str) -> str:
    """Return `$scrypt$ln=...,r=...,p=1$<salt>$<hash>`, with a salt of its own each time."""
    return _fingerprint(password, COST, BLOCK_SIZE, os.urandom(SALT_BYTES))


def matches(password: str, known: str) -> bool:
    """Tell whether a fingerprint is of this password; what is no fingerprint is of none."""
    parts = FINGERPRINT.fullmatch(known)
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
