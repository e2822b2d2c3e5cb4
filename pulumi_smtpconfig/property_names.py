"""The names of properties in the state."""

from __future__ import annotations

import re

KEYS = {
    "tenant_id": "tenantId",
    "from_": "from",
    "from_display_name": "fromDisplayName",
    "reply_to": "replyTo",
    "reply_to_display_name": "replyToDisplayName",
    "envelope_from": "envelopeFrom",
    "base_path": "basePath",
    "on_delete": "onDelete",
    "password_from": "passwordFrom",
    "verify_recipient": "verifyRecipient",
    "auth_token_url": "authTokenUrl",
    "auth_token_client_id": "authTokenClientId",
    "auth_token_client_secret": "authTokenClientSecret",
    "auth_token_client_secret_from": "authTokenClientSecretFrom",
    "auth_token_scope": "authTokenScope",
    "allow_utf8": "allowUtf8",
    "connection_timeout": "connectionTimeout",
    "write_timeout": "writeTimeout",
    "lint_ignore": "lintIgnore",
}
"""The attributes whose key in the state, which diffs show, is different."""

ATTRIBUTES = {key: attribute for attribute, key in KEYS.items()}

_WORDS = "|".join(key for key in ATTRIBUTES if key != "from")  # a word of any sentence
_KEY = re.compile(rf"(?<![\w.:{{])(?:{_WORDS})(?!\w)|^from(?=: )")


def as_in_program(text: str) -> str:
    """Return one of our own texts with each argument as a program names it, not by its key."""
    return _KEY.sub(lambda found: ATTRIBUTES[found[0]], text)


DEFAULTED = {"port", "starttls", "ssl"}
"""The properties that have a value even if the program omits them."""

SECRET_INPUTS = "secretInputs"  # noqa: S105 - a key
"""The keys of other inputs that a program marks as secret. The engine removes those marks before it
calls the provider, so the program sends the keys; check drops them, so no state has them."""

SECRETS = [
    *("password", "passwordFingerprint"),
    *("authTokenClientSecret", "authTokenClientSecretFingerprint"),
]
"""The outputs that are always secret, by key."""

PROVIDER_KEY = "__provider"
"""The property in which the dynamic host keeps its provider."""

TYPES = {
    "native": "smtpconfig:index:SmtpConfig",
    "dynamic": "pulumi-python:dynamic/smtpconfig:SmtpConfig",
}
"""The two types of the resource; each takes over the other's state."""
