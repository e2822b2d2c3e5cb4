"""Commands for pipelines and editors: `python -m fleet check`, `groups` or `schema`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .file import read
from .model import File
from .problems import FleetError

TENANTS = Path(__file__).parents[1] / "tenants.yaml"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """Return the JSON Schema of tenants.yaml, which tenants.schema.json holds."""
    model = File.model_json_schema(by_alias=True)
    return json.dumps({"$schema": DIALECT, **model}, indent=2)


def groups() -> str:
    """Return the groups as a JSON list, for a pipeline's matrix."""
    return json.dumps(read(TENANTS).groups)


def check() -> str:
    """Check the file and return how many tenants it has."""
    return f"{TENANTS.name}: {len(read(TENANTS).file.tenants)} tenants, no problems"


COMMANDS = {"check": check, "groups": groups, "schema": schema}


def main(arguments: list[str]) -> None:
    """Run one command; exit with 1 if the file has problems, with 2 if the usage is wrong."""
    if not arguments or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m fleet {' | '.join(COMMANDS)}\n")
        sys.exit(2)
    try:
        sys.stdout.write(f"{COMMANDS[arguments[0]]()}\n")
    except FleetError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
