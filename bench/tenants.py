"""The tenants of the benchmark, the same for every subject."""

from __future__ import annotations

from typing import Any

from pulumi_smtpconfig.property_names import KEYS, TYPES

HOSTNAME = "idp.example.com"


def tenants(count: int) -> list[str]:
    """Return the ids of so many tenants."""
    return [f"tenant-{number}" for number in range(count)]


def arguments(tenant: str, platform: str) -> dict[str, Any]:
    """Return all arguments of a tenant's resource."""
    return {
        "platform": platform,
        "hostname": HOSTNAME,
        "tenant_id": tenant,
        "host": f"smtp.{tenant}.example",
        "from_": f"no-reply@{tenant}.example",
        "from_display_name": f"Mail of {tenant}",
        "reply_to": f"help@{tenant}.example",
        "reply_to_display_name": f"Help for {tenant}",
        "envelope_from": f"bounce@{tenant}.example",
        "port": 587,
        "starttls": True,
        "ssl": False,
        "user": tenant,
        "password": f"the password of {tenant}",
    }


def yaml_resources(count: int, platform: str) -> dict[str, Any]:
    """Return the resources of so many tenants as a program in YAML has them."""

    def properties(tenant: str) -> dict[str, Any]:
        given = arguments(tenant, platform)
        return {KEYS.get(name, name): value for name, value in given.items()}

    return {
        tenant: {"type": TYPES["native"], "properties": properties(tenant)}
        for tenant in tenants(count)
    }


def body(tenant: str) -> dict[str, str]:
    """Return what a platform receives for a tenant: eleven strings."""
    return {
        "host": f"smtp.{tenant}.example",
        "from": f"no-reply@{tenant}.example",
        "fromDisplayName": f"Mail of {tenant}",
        "replyTo": f"help@{tenant}.example",
        "replyToDisplayName": f"Help for {tenant}",
        "envelopeFrom": f"bounce@{tenant}.example",
        "port": "587",
        "starttls": "true",
        "ssl": "false",
        "user": tenant,
        "password": f"the password of {tenant}",
    }
