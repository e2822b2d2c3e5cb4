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
    """Return the arguments of a pipeline's `pulumi` commands, for the test's stack."""
    text = (CHECKOUT / "examples/pipeline" / file).read_text()
    found = re.findall(r"^\s*(?:- |run: )pulumi ((?:preview|up) .*)$", text, re.MULTILINE)
    return [shlex.split(command.replace("--stack prod", "--stack dev")) for command in found]


@pytest.mark.parametrize("file", FILES)
def test_a_pipeline_previews_applies_and_detects_drift(
    quickstart: Stack, emulator: Emulator, file: str
) -> None:
    """The preview sends nothing, and the nightly command fails only if there is drift."""
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
