"""A fleet's program under the real engine."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig import SmtpConfig
from pulumi_smtpconfig.fleet.judgement import check
from tests.engine.conftest import CHECKOUT, UP
from tests.fleet.files import HEAD, client
from tests.fleet.project import EXAMPLE, credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

RECORDED = CHECKOUT / "tests/engine/states/fleet"
WRONG = f"""{HEAD}  acme:
    host: smtp://smtp.acme.example
    from: nobody
    ssl: true
    starttls: true
    hots: 1
  globex: {{port: many, password: {{secret: gone}}}}
  initech: {{group: us, host: smtp://initech.example}}
  umbrella: {{group: us, password: hunter2}}
"""
OTHER_GROUP = 'tenant "initech": host: '
GONE = (
    'tenants.yaml:16: tenant "globex": password: is not in fleet:passwords; run '
    "`pulumi config set --secret --path 'fleet:passwords[\"gone\"]'`"
)


def test_whoever_copied_the_example_moves_over_without_a_request(
    open_stack: Callable[[Path], Stack], emulator: Emulator
) -> None:
    """The state was written by the example when its code was its own; nothing is replaced."""
    stack = open_stack(RECORDED)
    stack.must("stack", "import", "--file", "state.json")
    assert "5 unchanged" in stack.must("preview", "--expect-no-changes")
    assert "5 unchanged" in stack.must(*UP)
    assert not emulator.requests


@pytest.fixture
def stack(open_stack: Callable[[Path], Stack], emulator: Emulator) -> Stack:
    """The example's stack, without a group."""
    stack = open_stack(EXAMPLE)
    stack.environment["SMTPCONFIG_CREDENTIALS"] = credentials(emulator)
    return stack


def test_a_preview_tells_the_lines_of_a_check(stack: Stack, emulator: Emulator) -> None:
    """Word for word, all at once: the file's form, the group's settings, and its passwords."""
    stack.configure(**{"fleet:group": "eu"})
    path = stack.project / "tenants.yaml"
    path.write_text(WRONG)
    lines = [str(each) for each in check(path, client())[1] if OTHER_GROUP not in each.what]
    assert len(lines) == 6
    output, status = stack.run("preview")
    assert status
    shown = output.replace("\n    ", "\n")
    assert f"{GONE}\n" in shown
    assert "\n".join(lines) in shown.replace(f"{GONE}\n", "")
    assert OTHER_GROUP not in output
    assert "hunter2" not in output
    assert "Traceback" not in output
    assert not emulator.requests


def test_a_mistake_beside_the_fleet_keeps_it_from_being_sent(
    stack: Stack, emulator: Emulator
) -> None:
    """Whatever else the program declares is checked before any tenant is registered."""
    stack.configure(**{"fleet:group": "eu"})
    with (stack.project / "__main__.py").open("a") as program:
        program.write(
            "from pulumi_smtpconfig import SmtpConfig\n"
            "SmtpConfig('beside', platform='shift', hostname='idp.example.com', tenant_id='b',"
            " host='smtp://b.example', from_='a@b.example')\n"
        )
    output, status = stack.run(*UP)
    assert status
    assert "The mail settings of 1 resource have mistakes" in output
    assert '"beside"' in output
    assert not emulator.requests
    assert not [
        each
        for each in stack.exported()["deployment"]["resources"]
        if each["type"].endswith("SmtpConfig")
    ]


def test_a_tenant_has_every_output_of_its_resource(stack: Stack) -> None:
    """One that nobody gave is nothing, in a preview and in an up, as `SmtpConfig` has it."""
    stack.configure(**{"fleet:group": "us"})
    (stack.project / "tenants.yaml").write_text(f"{HEAD}  acme: {{group: us}}\n")
    program = stack.project / "__main__.py"
    program.write_text(
        program.read_text().replace("Fleet(", "fleet = Fleet(")
        + "import pulumi\nfrom pulumi_smtpconfig import SmtpConfig\n"
        "outputs = {each: getattr(fleet.tenants['acme'], each) for each in "
        "SmtpConfig.__annotations__}\n"
        "nothing = [each for each in outputs if each not in vars(fleet.tenants['acme'])]\n"
        "pulumi.export('nothing', nothing)\n"
        "pulumi.export('given', pulumi.Output.all(**outputs).apply("
        "lambda all: sorted(each for each in all if all[each] is not None)))\n"
    )
    assert "nothing" in stack.must("preview")
    stack.must(*UP)
    outputs = stack.exported()["deployment"]["resources"][0]["outputs"]
    assert outputs["nothing"]
    assert {*outputs["given"]} == {*SmtpConfig.__annotations__} - {*outputs["nothing"]}


def test_a_stack_without_a_group_is_told_which_there_are(stack: Stack) -> None:
    """The message has the command."""
    output, status = stack.run("preview")
    assert status
    assert (
        "run `pulumi config set fleet:group NAME` with one of the groups of tenants.yaml: eu, us"
        in (output)
    )


def test_the_keys_of_the_project_count_and_defaults_may_be_a_file(
    stack: Stack, emulator: Emulator
) -> None:
    """A copy under another name keeps its config; who owns the defaults is up to the repository."""
    shutil.move(stack.project / "Pulumi.yaml", stack.project / "old")
    (stack.project / "Pulumi.yaml").write_text("name: mail\nruntime: python\n")
    stack.must("stack", "init", "other")
    stack.configure(**{"mail:group": "eu"})
    (stack.project / "defaults.yaml").write_text(
        "group: eu\nplatform: shift\nhostname: idp.example.com\ncredentials: idp\n"
        "host: smtp.example.com\nfrom: no-reply@example.com\nlintIgnore: [W103]\n"
    )
    (stack.project / "tenants.yaml").write_text("groups: [eu]\ntenants:\n  acme: {port: 2526}\n")
    output = stack.must(*UP)
    assert "W103" not in output
    assert emulator.tenants["acme"]["port"] == "2526"
