"""Credentials of a fleet are bound to hosts, because the file of tenants names hosts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .problems import FleetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOSTNAME = re.compile(r"(\*\.[\w-]+\.[\w-]|[\w-])[\w.-]*(:[0-9]+)?")
"""A host, or all below a domain of two labels at least."""


def require_hostnames(sources: Mapping[str, str | None]) -> None:
    """Refuse sets of credentials that may be used for any host.

    The provider takes a set from the variable or else from the stack's config. All sets of both are
    looked at, so that no set becomes good for any host when another one goes away.

    Args:
        sources: The text of each place that named sets are configured in; None where it has none.

    Raises:
        FleetError: A set has no `hostnames` that bind it to some, or a text is no JSON object.
    """
    problems = [line for source, text in sources.items() for line in _problems(source, text or "")]
    if problems:
        raise FleetError("\n".join(problems))


def secret_object(source: str, text: str) -> dict[str, Any]:
    """Return the object that a secret text is in JSON; it is not repeated when it is none.

    Raises:
        FleetError: It is none.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise FleetError(f"{source} is no JSON object; set its keys with --path")
    return values


def _problems(source: str, text: str) -> Iterator[str]:
    for name, values in secret_object(source, text).items() if text.strip() else ():
        hostnames = values.get("hostnames") if isinstance(values, dict) else None
        if not isinstance(hostnames, list) or not hostnames or not all(map(_binds, hostnames)):
            yield (
                f'{source}: the credentials "{name}" have no hostnames that bind them, so the file '
                'of tenants could send them anywhere; add "hostnames": ["*.example.com"] with '
                "your hosts"
            )


def _binds(hostname: object) -> bool:
    return isinstance(hostname, str) and bool(HOSTNAME.fullmatch(hostname))
