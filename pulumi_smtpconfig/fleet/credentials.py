"""Require credentials that are bound to hosts, because tenants.yaml can name any host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.auth.hostnames import parse_pattern
from pulumi_smtpconfig.fleet.problems import FleetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def require_hostnames(sources: Mapping[str, str | None]) -> None:
    """Refuse sets of credentials that may be used for any host.

    The provider uses a set from the variable if it has one, otherwise from the stack's config. Both
    are checked, so removing a set from the variable cannot expose an unbound one in the config.

    Args:
        sources: The JSON text of each place that holds named sets, or None if it is not set.

    Raises:
        FleetError: A set has no `hostnames` that bind it, or a text is not a JSON object.
    """
    problems = [line for source, text in sources.items() for line in _problems(source, text or "")]
    if problems:
        raise FleetError("\n".join(problems))


def _problems(source: str, text: str) -> Iterator[str]:
    for name, values in secret_object(source, text).items() if text.strip() else ():
        hostnames = values.get("hostnames") if isinstance(values, dict) else None
        if not isinstance(hostnames, list) or not hostnames or not all(map(_is_limited, hostnames)):
            yield (
                f'{source}: the credentials "{name}" have no hostnames that limit where they are '
                'sent; add "hostnames": ["*.example.com"] with your hosts'
            )


def _is_limited(hostname: object) -> bool:
    """Return whether the provider would take a pattern; it refuses all that span many owners."""
    try:
        return isinstance(hostname, str) and bool(parse_pattern(hostname))
    except ValueError:
        return False


def secret_object(source: str, text: str) -> dict[str, Any]:
    """Parse a secret JSON object; the error does not repeat the text.

    Raises:
        FleetError: The text is not a JSON object.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise FleetError(f"{source} is not a JSON object; set its keys with --path")
    return values
