"""What the attributes of a resource are called in the state."""

from __future__ import annotations

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
}
"""The attributes whose key in the state, which users see in diffs, is another."""

ATTRIBUTES = {key: attribute for attribute, key in KEYS.items()}

DEFAULTED = {"port", "starttls", "ssl"}
"""What has a value also where a program leaves it out."""

SECRETS = ["password", "passwordFingerprint"]
"""The keys of outputs that are secret whatever a program says."""
