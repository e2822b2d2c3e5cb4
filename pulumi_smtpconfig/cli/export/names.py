"""Names for a tenant: its resource, and the variables of its secrets."""

from __future__ import annotations

import hashlib
import re

LEGAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
"""What examples/fleet accepts as the name of a resource."""

WORDS = re.compile(r"[a-z0-9]{1,60}(-[a-z0-9]{1,60}){0,5}")
"""The identifiers that keep apart when their hyphens become underscores."""

ENDS_IN_DIGEST = re.compile(r"__[0-9a-f]{16}\Z")
MAX_SLUG = 60


def resource_name(tenant_id: str) -> str:
    """Return a name for a tenant's resource, which no other tenant has.

    It is the identifier itself, or what is left of one with other characters, and a digest.
    """
    if LEGAL.fullmatch(tenant_id) and not ENDS_IN_DIGEST.search(tenant_id):
        return tenant_id
    return _with_digest(re.sub(r"[^A-Za-z0-9.-]+", "-", tenant_id).strip("-."), tenant_id)


def variable(prefix: str, tenant_id: str) -> str:
    """Return the variable of a tenant's secret, which no other tenant has.

    `acme-eu` becomes `ACME_EU`. Where that could be another tenant's too, as with `Acme-EU` or
    `acme_eu`, a digest follows, so that one tenant's name does not depend on the others.
    """
    if WORDS.fullmatch(tenant_id) and len(tenant_id) <= MAX_SLUG:
        return prefix + tenant_id.replace("-", "_").upper()
    slug = re.sub("[^A-Za-z0-9]+", "_", tenant_id).strip("_")
    return prefix + _with_digest(slug, tenant_id).upper()


def _with_digest(slug: str, tenant_id: str) -> str:
    digest = hashlib.sha256(tenant_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{slug[:MAX_SLUG] or 'tenant'}__{digest}"
