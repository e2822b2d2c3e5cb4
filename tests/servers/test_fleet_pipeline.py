from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.fleet.project import EXAMPLE, credentials, sent, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

WORKFLOW = YAML(typ="safe").load((EXAMPLE / "github-actions.yml").read_text())
PIP = "pip install -r requirements.txt"


@pytest.fixture
def runner(open_stack: Callable[[Path], Stack], emulator: Emulator) -> Stack:
    """A checkout on a runner: of the environment, what the workflow takes from the settings."""
    stack = open_stack(EXAMPLE)
    stack.environment |= {
        "SMTPCONFIG_CREDENTIALS": credentials(emulator),
        "SMTPCONFIG_READ_BACK": WORKFLOW["env"]["SMTPCONFIG_READ_BACK"],
        "GITHUB_OUTPUT": str(stack.project / "output"),
        "GROUP": "us",
    }
    return stack


def commands(job: str, event: str) -> list[str]:
    """Return what a job runs on an event, but for what pip installs."""
    steps: list[dict[str, Any]] = WORKFLOW["jobs"][job]["steps"]
    this = (None, f"github.event_name == '{event}'")
    return [s["run"] for s in steps if s.get("run", PIP) != PIP and s.get("if") in this]


def run(runner: Stack, job: str, event: str = "push") -> tuple[str, int]:
    """Run a job as GitHub does, which stops at the first command that fails."""
    output = ""
    for command in commands(job, event):
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=runner.project,
            env=runner.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output += done.stdout
        if done.returncode:
            return output, done.returncode
    return output, 0


def test_the_matrix_is_made_of_the_groups_of_a_file_that_is_in_order(runner: Stack) -> None:
    """A mistake in the file ends the pipeline there, with file and line."""
    assert run(runner, "groups") == ("", 0)
    written = (runner.project / "output").read_text()
    assert json.loads(written.removeprefix("groups=")) == ["eu", "us"]
    write(runner.project, {"acme": {"group": "eu", "port": "x"}})
    output, status = run(runner, "groups")
    assert status
    assert output.startswith("::error file=tenants.yaml,line=15,")
    assert 'tenant "acme": port: must be a whole number' in output


def test_each_event_does_what_its_step_says(runner: Stack, emulator: Emulator) -> None:
    """A preview changes nothing, a push applies the group alone, and the night looks for drift."""
    write(runner.project, {"acme": {"group": "us"}, "globex": {"group": "eu"}})
    assert run(runner, "group", "pull_request")[1] == 0
    assert {request.method for request in emulator.requests} == {"GET"}
    assert not sent(emulator)
    assert run(runner, "group", "push")[1] == 0
    assert sent(emulator) == ["acme"]
    (runner.project / "Pulumi.us.yaml").unlink()
    assert run(runner, "group", "schedule")[1] == 0
    emulator.tenants["acme"]["host"] = "smtp.somewhere.example"
    output, status = run(runner, "group", "schedule")
    assert status
    assert '"smtp.somewhere.example" => "smtp.example.com"' in output


def test_nothing_of_the_file_becomes_a_part_of_a_command() -> None:
    """A group's name reaches the shell as a variable, so that no name is a command."""
    for job in ("groups", "group"):
        for event in ("pull_request", "push", "schedule"):
            assert not [command for command in commands(job, event) if "${{" in command]
