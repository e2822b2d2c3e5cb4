"""A project folder of the fleet example, and what it sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_smtpconfig.emulator import Emulator

EXAMPLE = Path(__file__).parents[2] / "examples/fleet"
HOSTNAME = "idp.example.com"
DEFAULTS = {
    "platform": "shift",
    "hostname": HOSTNAME,
    "credentials": "idp",
    "host": "smtp.example.com",
    "from": "no-reply@example.com",
}


def write(folder: Path, tenants: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the tenants of a project as JSON, which is YAML."""
    groups = sorted({str(settings["group"]) for settings in tenants.values()} | {"eu"})
    file = {"groups": groups, "defaults": DEFAULTS, "tenants": tenants}
    (folder / "tenants.yaml").write_text(json.dumps(file, indent=1))


def credentials(emulator: Emulator, **more: object) -> str:
    """Return the named credentials of a fleet; `more` changes the only ones, `idp`."""
    hostnames = [HOSTNAME, f"*.{HOSTNAME}"]  # those of SSMS have the tenant before it
    return json.dumps({"idp": {"token": emulator.token, "hostnames": hostnames, **more}})


def sent(emulator: Emulator) -> list[str]:
    """Return the tenants whose settings were sent, in order."""
    mails = [r.path for r in emulator.requests if r.path.endswith("/mail/setup")]
    return [path.split("/")[3] for path in mails]
