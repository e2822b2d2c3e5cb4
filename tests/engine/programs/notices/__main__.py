"""Resources that a preview warns of, and such that it does not."""

from __future__ import annotations

from typing import Any, Literal

import pulumi

from pulumi_smtpconfig import SmtpConfig

ignored = (pulumi.Config().get("ignored") or "").split() or None


def declare(
    name: str, platform: Literal["ssms", "shift"], tenant_id: str, **others: Any
) -> SmtpConfig:
    """Declare a tenant of a platform."""
    return SmtpConfig(
        name,
        platform=platform,
        hostname="idp.example.com",
        tenant_id=tenant_id,
        host="smtp.acme.example",
        from_="no-reply@acme.example",
        lint_ignore=ignored,
        **others,
    )


first = declare("first", "ssms", "acme")
declare("second", "ssms", "ACME")
declare("third", "shift", "acme")
declare("fourth", "shift", "ACME")
declare("odd", "ssms", "odd", port=465)
declare("later", "ssms", "later", ssl=True, port=587, user="acme", password=first.endpoint)
