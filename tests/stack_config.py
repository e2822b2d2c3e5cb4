"""Connection settings as a stack's config has them."""

from __future__ import annotations

import json

from pulumi_smtpconfig.config import Config


def stack_config(**keys: object) -> Config:
    """Return the settings of a stack with these keys; a structured one is JSON, as from Pulumi."""
    texts = {key: x if isinstance(x, str) else json.dumps(x) for key, x in keys.items()}
    return Config({f"smtpconfig:{key}": text for key, text in texts.items()}.get)
