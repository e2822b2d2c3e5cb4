"""A resource of the campaign: what its program says, what its state keeps, and what that means."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

Properties = dict[str, Any]

TEXTS = ("replyTo", "replyToDisplayName", "fromDisplayName", "envelopeFrom")
IDENTITY = ("platform", "hostname", "tenantId", "credentials")
TENANTS = {
    "Alpha": {"platform": "ssms", "hostname": "idp.example.com"},
    "beta": {"platform": "ssms", "hostname": "idp.example.com", "credentials": "granted"},
    "DEV3": {"platform": "ssms", "hostname": "other.example.org:8443", "credentials": "granted"},
    "gamma": {"platform": "shift", "hostname": "idp.example.com"},
    "Büro 7/ä": {"platform": "shift", "hostname": "idp.example.com", "credentials": "granted"},
    "delta": {"platform": "shift", "hostname": "idp.example.com:8443", "credentials": "granted"},
}
"""Tenants by their identifier; without `credentials` they use the token that is given."""


@dataclass(frozen=True)
class Resource:
    """A tenant's mail settings as a program and the engine's state have them.

    Attributes:
        declared: What the program says.
        state: The outputs that the engine keeps; None before the first success.
        doubtful: Whether the platform may hold others than the state without anybody's mistake.
    """

    declared: Properties
    state: Properties | None = None
    doubtful: bool = False

    @property
    def tenant(self) -> str:
        """The tenant's identifier."""
        return str(self.declared["tenantId"])

    @property
    def differs(self) -> bool:
        """Whether there is anything for the engine to do."""
        return self.state is None or body(self.state) != body(self.declared)

    def changed(self, settings: Properties) -> Resource:
        """Return it with other settings in the program."""
        identity = {key: self.declared[key] for key in IDENTITY if key in self.declared}
        return replace(self, declared=identity | settings)

    def shortened(self, random: Random) -> Resource:
        """Return it with a setting left out that the program had, if there is one to spare."""
        port = set() if "verify" in self.declared else {"port"}  # a mail server listens there
        spare = sorted({*TEXTS, *port} & self.declared.keys())
        left_out = random.choice(spare) if spare else None
        return self.changed({key: x for key, x in self.declared.items() if key != left_out})

    def reverted(self) -> Resource:
        """Return it with a program that says again what the state has."""
        return self.changed({key: x for key, x in (self.state or {}).items() if key != "endpoint"})


def body(properties: Properties) -> dict[str, str]:
    """Return what a platform holds once it took the settings (contract: "Body")."""
    ssl = properties.get("ssl", False)
    return {
        "host": properties["host"],
        "from": properties["from"],
        "port": _number(properties.get("port", 465 if ssl else 587)),
        "ssl": json.dumps(ssl),
        "starttls": json.dumps(properties.get("starttls", not ssl)),
        "user": properties["user"],
        "password": properties["password"],
        **{key: properties.get(key, "") for key in TEXTS},
    }


def _number(port: object) -> str:
    """Return a port as text; protobuf, and so the engine, knows no numbers but floats."""
    return str(int(port) if isinstance(port, float) else port)


def settings(random: Random, password: str) -> Properties:
    """Return settings as a program might say them, some left out."""
    number = random.randrange(1000)
    optional = {
        "replyTo": f"help{number}@acme.example",
        "replyToDisplayName": f"Hilfe № {number}",
        "fromDisplayName": f'"Acme" {number}',
        "envelopeFrom": f"bounce{number}@acme.example",
        "port": 1000 + number,
        "ssl": random.random() < 0.5,
    }
    chosen = random.sample(sorted(optional), random.randrange(len(optional)))
    return {
        "host": f"smtp{number}.acme.example",
        "from": "no-reply@acme.example",
        "user": "acme",
        "password": password,
        **{key: optional[key] for key in chosen},
    }
