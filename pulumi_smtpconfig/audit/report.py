"""What an audit found, as the values that the table, the JSON and the page are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Severity = Literal["error", "warning"]
State = Literal["error", "warning", "unknown", "ok"]
"""The state of a tenant's mail, worst first; "unknown" is one whose settings were not read."""


class Finding(NamedTuple):
    """One thing that is wrong, in words that hold no secret.

    Attributes:
        code: A code of this audit or of a lint rule; it never changes its meaning.
        severity: "error" if mail is lost or will be, "warning" if it may be.
        subject: What it is about: a property such as "from", a server, or a domain.
        why: What is wrong, as a sentence.
        remedy: What to do, as a sentence.
        source: The URL of the specification or documentation behind it, or empty.
    """

    code: str
    severity: Severity
    subject: str
    why: str
    remedy: str
    source: str = ""


class Difference(NamedTuple):
    """A setting whose live value is not the declared one; both as text, empty if not set."""

    name: str
    declared: str
    live: str


class AuditedTenant(NamedTuple):
    """What is known of one tenant.

    Attributes:
        tenant_id: The tenant on the platform.
        platform: "ssms", "shift" or "keycloak".
        hostname: The platform's host.
        resource: Its name in the fleet's file or in the stack; empty if nothing declares it.
        group: Its group in the fleet's file, or empty.
        state: The worst of its findings.
        settings: The live settings, or the declared ones where none were read, by their keys in
            the state; without secrets.
        are_live: Whether `settings` were read from the platform.
        server: The SMTP server as host:port, or empty.
        authentication: How it logs in to that server.
        password: Whether the platform holds a password or client secret.
        drift: What differs from what is declared.
        certificate_days: Days until the server's certificate expires; None if it was not looked at.
        session: What became of the SMTP session, as a short text; empty if there was none.
        findings: Worst first.
        dns: What the domains of its addresses publish, as a text by the kind of record and domain,
            such as "SPF of acme.example".
    """

    tenant_id: str
    platform: str
    hostname: str
    resource: str
    group: str
    state: State
    settings: dict[str, str]
    are_live: bool
    server: str
    authentication: Literal["password", "token", "none", "unknown"]
    password: Literal["set", "not set", "unknown"]
    drift: Sequence[Difference]
    certificate_days: int | None
    session: str
    findings: Sequence[Finding]
    dns: dict[str, str] = {}  # noqa: RUF012 - never changed


class AuditReport(NamedTuple):
    """An audit of many tenants.

    Attributes:
        subject: What was audited, as a heading: a file, a stack, or a platform's host.
        finished: When it ended, with its time zone.
        seconds: How long it took.
        is_complete: Whether all tenants were looked at; not after Ctrl-C.
        tenants: Worst first, then by name.
        verify: Whether SMTP sessions were to be run.
        dns: Whether domains were to be looked up.
        notices: What keeps the audit as a whole from telling much, as sentences.
    """

    subject: str
    finished: datetime
    seconds: float
    is_complete: bool
    tenants: Sequence[AuditedTenant]
    verify: bool = False
    dns: bool = False
    notices: Sequence[str] = ()
