"""Connection settings from a stack's config."""

from __future__ import annotations

import json

from pulumi_smtpconfig.config import Config


def stack_config(**keys: object) -> Config:
    """Return the settings of a stack; a value that is not text becomes JSON, as in Pulumi."""
    texts = {key: x if isinstance(x, str) else json.dumps(x) for key, x in keys.items()}
    return Config({f"smtpconfig:{key}": text for key, text in texts.items()}.get)
