from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

FILES = ["github-actions.yml", "gitlab-ci.yml"]


def commands(file: str) -> list[list[str]]:
    """Return the arguments of each `pulumi` command of a pipeline, for the stack of the test."""
    text = (CHECKOUT / "examples/pipeline" / file).read_text()
    found = re.findall(r"^\s*(?:- |run: )pulumi ((?:preview|up) .*)$", text, re.MULTILINE)
    return [shlex.split(command.replace("--stack prod", "--stack dev")) for command in found]


@pytest.mark.parametrize("file", FILES)
def test_the_commands_of_a_pipeline_do_what_their_names_say(
    quickstart: Stack, emulator: Emulator, file: str
) -> None:
    """Preview sends nothing, apply sends once, and the nightly look finds drift or none."""
    quickstart.configure(
        **{"smtpconfig:readUrl": "https://{tenantId}.{hostname}/auth/admin/realms/{tenantId}"}
    )
    preview, apply, drift = commands(file)
    quickstart.must(*preview)
    assert not emulator.tenants
    quickstart.must(*apply)
    assert emulator.tenants["ACME"]["host"] == "smtp.acme.example"
    quickstart.must(*drift)
    emulator.tenants["ACME"]["host"] = "smtp.somewhere.example"
    output, status = quickstart.run(*drift)
    assert status
    assert '"smtp.somewhere.example" => "smtp.acme.example"' in output
