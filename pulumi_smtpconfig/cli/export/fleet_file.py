"""Exported tenants as a `tenants.yaml` of a fleet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.cli.export.comments import comment
from pulumi_smtpconfig.settings.login_secrets import LOGIN_SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_smtpconfig.cli.export.tenant import ExportedTenant

GROUP, CREDENTIALS = "all", "idp"
"""What a fleet needs and no platform tells; the second as in examples/fleet."""

SHARED = ("platform", "hostname", "basePath", "credentials")
REFERENCES = {secret.reference_key: secret.key for secret in LOGIN_SECRETS}
KEPT = "debug"
"""What a fleet declares for all or none, because editors of one tenant must not log passwords."""

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._@/-]*")
NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Plain words that some version of YAML does not read as text."""


def fleet_file(
    head: Iterable[str], shared: Mapping[str, Any], tenants: Iterable[ExportedTenant]
) -> str:
    """Return the text of a file that declares tenants.

    Args:
        head: What its comment says of all of them.
        shared: The properties that all have, such as the platform.
        tenants: The tenants.
    """
    own = {key: shared[key] for key in SHARED if key in shared}
    defaults = {"group": GROUP, **own, "credentials": shared.get("credentials", CREDENTIALS)}
    lines = ["# yaml-language-server: $schema=tenants.schema.json", *comment(head)]
    lines += [f"groups: [{GROUP}]", "", "defaults:"]
    lines += [f"  {key}: {scalar(value)}" for key, value in defaults.items()]
    if "credentials" not in shared:
        lines[-1] += "  # the name of your set of credentials"
    declared = [line for tenant in tenants for line in ("", *_tenant(tenant))]
    lines += ["", "tenants:", *declared[1:]] if declared else ["", "tenants: {}"]
    return "\n".join([*lines, ""])


def _tenant(tenant: ExportedTenant) -> Iterator[str]:
    own = {key: value for key, value in tenant.properties.items() if key not in SHARED}
    if own["tenantId"] == tenant.name:
        del own["tenantId"]
    if KEPT in own:
        del own[KEPT]
        yield from comment(
            [f"The platform keeps {KEPT}, which a fleet sets for all or none."], "  "
        )
    elsewhere = [key for key in tenant.remarks if key not in own]
    remarks = [line for key in elsewhere for line in tenant.remarks[key]]
    yield from comment([*tenant.notes, *remarks], "  ")
    yield f"  {scalar(tenant.name)}:" if own else f"  {scalar(tenant.name)}: {{}}"
    for key, value in own.items():
        yield from comment(tenant.remarks.get(key, ()), " " * 4)
        if key in REFERENCES:
            yield f"    {REFERENCES[key]}: {{env: {value.removeprefix('env:')}}}"
        else:
            yield f"    {key}: {scalar(value)}"


def scalar(value: object) -> str:
    """Return a value as YAML, a text in quotation marks unless it is surely text without them."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value)
    if PLAIN.fullmatch(value) and value.lower() not in NOT_TEXT:
        return value
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
