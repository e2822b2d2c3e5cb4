"""The tenants of the benchmark, the same ones for all that is measured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT, PLATFORM = "BENCH_TENANTS", "BENCH_PLATFORM"
"""The variables that tell a program how many tenants to declare, and on which platform."""

HOSTNAME = "idp.example.com"


def declared() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the arguments of each resource that a program is to declare."""
    for number in range(int(os.environ[COUNT])):
        yield tenant(number), arguments(tenant(number), os.environ[PLATFORM])


def tenant(number: int) -> str:
    """Return the id of a tenant."""
    return f"tenant-{number}"


def arguments(tenant_id: str, platform: str) -> dict[str, Any]:
    """Return all arguments of a tenant's resource."""
    return {
        "platform": platform,
        "hostname": HOSTNAME,
        "tenant_id": tenant_id,
        "host": f"smtp.{tenant_id}.example",
        "from_": f"no-reply@{tenant_id}.example",
        "from_display_name": f"The mails of {tenant_id}",
        "reply_to": f"help@{tenant_id}.example",
        "reply_to_display_name": f"The help of {tenant_id}",
        "envelope_from": f"bounce@{tenant_id}.example",
        "port": 587,
        "starttls": True,
        "ssl": False,
        "user": tenant_id,
        "password": f"the password of {tenant_id}",
    }


def body(tenant_id: str) -> dict[str, str]:
    """Return what a platform is sent for a tenant: eleven texts."""
    return {
        "host": f"smtp.{tenant_id}.example",
        "from": f"no-reply@{tenant_id}.example",
        "fromDisplayName": f"The mails of {tenant_id}",
        "replyTo": f"help@{tenant_id}.example",
        "replyToDisplayName": f"The help of {tenant_id}",
        "envelopeFrom": f"bounce@{tenant_id}.example",
        "port": "587",
        "starttls": "true",
        "ssl": "false",
        "user": tenant_id,
        "password": f"the password of {tenant_id}",
    }
