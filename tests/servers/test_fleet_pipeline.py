from __future__ import annotations

import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.fleet.project import EXAMPLE, credentials, sent, write
from tests.servers.fleet_pipelines import PULL_REQUEST, PUSH, SCHEDULE, GitHub, GitLab
from tools.stack import BIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tests.servers.fleet_pipelines import Pipeline
    from tools.stack import Stack

FEW = 50
"""The most tenants of a group whose state is written after each step."""

PATIENCE_SECONDS = 120


@pytest.fixture
def stack(open_stack: Callable[[Path], Stack], emulator: Emulator) -> Stack:
    """A stack of the example whose credentials are set, where `smtpconfig` is installed."""
    stack = open_stack(EXAMPLE)
    stack.environment["SMTPCONFIG_CREDENTIALS"] = credentials(emulator)
    stack.environment["PATH"] = os.pathsep.join([str(BIN), stack.environment["PATH"]])
    return stack


@pytest.fixture(params=[GitHub, GitLab])
def pipeline(request: pytest.FixtureRequest, stack: Stack) -> Pipeline:
    """A pipeline of the example."""
    pipeline: Pipeline = request.param(stack)
    return pipeline


def recorded(stack: Stack, group: str) -> int:
    """Return how many tenants the state of a group has at this moment."""
    (path,) = stack.state.glob(f".pulumi/stacks/*/{group}.json")
    resources = json.loads(path.read_text())["checkpoint"]["latest"].get("resources", [])
    return sum(each["type"].endswith(":SmtpConfig") for each in resources)


def test_every_group_of_a_file_that_is_in_order_has_a_job(pipeline: Pipeline) -> None:
    """A mistake in the file ends the pipeline there, with file and line."""
    assert pipeline.groups().status == 0
    assert [*pipeline.jobs()] == ["eu", "us"]
    assert all(pipeline.jobs()[group]["GROUP"] == group for group in pipeline.jobs())
    write(pipeline.stack.project, {"acme": {"group": "eu", "port": "x"}})
    output, status = pipeline.groups()
    assert status
    assert "tenants.yaml" in output
    assert ":15:" in output or ",line=15," in output
    assert 'tenant "acme": port: must be a whole number' in output


@pytest.mark.parametrize("group", ["no", "true", "y", "a-b-0", "pages"])
def test_no_name_of_a_group_means_something_else(pipeline: Pipeline, group: str) -> None:
    """What YAML or the pipeline knows by such a name is no group."""
    write(pipeline.stack.project, {"acme": {"group": group}})
    assert pipeline.groups().status == 0
    assert {*pipeline.jobs()} == {"eu", group}


def test_each_event_does_what_its_step_says(pipeline: Pipeline, emulator: Emulator) -> None:
    """A preview changes nothing, a push applies the group alone, and the night looks for drift."""
    write(pipeline.stack.project, {"acme": {"group": "us"}, "globex": {"group": "eu"}})
    assert pipeline.groups().status == 0
    assert pipeline.group("us", PULL_REQUEST).status == 0
    assert {request.method for request in emulator.requests} == {"GET"}
    assert not sent(emulator)
    assert pipeline.group("us", PUSH).status == 0
    assert sent(emulator) == ["acme"]
    (pipeline.stack.project / "Pulumi.us.yaml").unlink()
    assert pipeline.group("us", SCHEDULE).status == 0
    emulator.tenants["acme"]["host"] = "smtp.somewhere.example"
    output, status = pipeline.group("us", SCHEDULE)
    assert status
    assert '"smtp.somewhere.example" => "smtp.example.com"' in output


def test_a_group_of_many_tenants_skips_checkpoints_and_no_other(
    pipeline: Pipeline, emulator: Emulator
) -> None:
    """In the midst of an up, the state of few has what was done; that of many has nothing yet."""
    few = {f"few-{number}": {"group": "eu"} for number in range(FEW)}
    many = {f"many-{number}": {"group": "us"} for number in range(FEW + 1)}
    write(pipeline.stack.project, few | many)
    assert pipeline.groups().status == 0
    emulator.latency = 0.5
    for group, tenants in (("eu", few), ("us", many)):
        emulator.requests.clear()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(pipeline.group, group, PUSH)
            end = time.monotonic() + PATIENCE_SECONDS
            while len(sent(emulator)) < len(tenants) // 2 and time.monotonic() < end:
                time.sleep(0.05)
            midway = recorded(pipeline.stack, group)
            assert not running.done()
            assert running.result().status == 0
        assert (midway > 0) == (tenants is few)
        assert recorded(pipeline.stack, group) == len(tenants)


def test_nothing_of_the_file_becomes_a_part_of_a_command(pipeline: Pipeline) -> None:
    """A group's name reaches the shell as a variable in quotation marks, so none is a command."""
    commands = pipeline.commands()
    assert not [command for command in commands if "${{" in command]
    assert any('"$GROUP"' in command for command in commands)
    unquoted = [re.sub(r'"[^"]*"', "", command) for command in commands]
    assert not [
        command
        for command in unquoted
        if re.search(r"\$\{?(group|tenants)", command, re.IGNORECASE)
    ]


@pytest.mark.parametrize("event", [PULL_REQUEST, PUSH, SCHEDULE])
def test_no_text_of_the_file_is_a_command_to_github(stack: Stack, event: str) -> None:
    """Its runner reads commands in what steps print, even in the midst of a line, until told."""
    github = GitHub(stack)
    write(stack.project, {"acme": {"group": "eu", "fromDisplayName": "##[add-mask]acme"}})
    assert github.groups().status == 0
    output, _ = github.group("eu", event)
    heeded, _, rest = output.partition("::stop-commands::")
    assert not re.search(r"^\s*::|##\[", heeded, re.MULTILINE)
    assert len(rest.splitlines()[0]) >= 32
    assert "##[add-mask]acme" in rest
