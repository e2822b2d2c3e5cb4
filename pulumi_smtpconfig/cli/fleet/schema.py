"""`smtpconfig fleet schema`: the JSON Schema that the package ships."""

from __future__ import annotations

from importlib.resources import files

from pulumi_smtpconfig.cli.exit_codes import EXIT_OK
from pulumi_smtpconfig.cli.run import Outcome


def schema() -> Outcome:
    """Print the schema."""
    text = files("pulumi_smtpconfig.fleet").joinpath("tenants.schema.json").read_text("utf-8")
    return Outcome(EXIT_OK, {}, text)
