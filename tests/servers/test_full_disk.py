"""A state on a disk that is full, and the way back that SECURITY.md describes."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT, UP
from tools.stack import Stack

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator

STATE = ".pulumi/stacks/mail-quickstart/dev.json"
# A mount of its own namespace ends with the command, however that ends. Blocks are of 4 KiB.
ON_A_FULL_DISK = """
set -e
mount -t tmpfs -o size=256k none "$STATE"
cp -r "$SAVED/." "$STATE"
free=$(df --output=avail -B 4096 "$STATE" | tail -n 1)
head -c $(((free - BLOCKS) * 4096)) /dev/zero > "$STATE/filler"
set +e
pulumi --non-interactive --color=never up --yes --skip-preview
rm "$STATE/filler"
cp -r "$STATE/." "$LEFT"
"""


@pytest.fixture
def stack(engine: Path, emulator: Emulator, tmp_path: Path) -> Stack:
    """A stack whose change is not applied yet."""
    stack = Stack(CHECKOUT / "examples/quickstart", tmp_path, engine, emulator.environment)
    stack.configure(hostname="idp.example.com", tenantId="ACME", smtpHost="smtp.acme.example")
    stack.configure(smtpUser="acme", **{"from": "no-reply@acme.example"})
    stack.configure_secret("smtpPassword", "correct horse")
    stack.must(*UP)
    stack.configure(smtpHost="mail.acme.example")
    return stack


def up_on_a_full_disk(stack: Stack, folder: Path, blocks: int) -> str:
    """Run `pulumi up` with so many free blocks left for its state; return what it printed."""
    saved, left = folder / "saved", folder / "left"
    shutil.copytree(stack.state, saved)
    left.mkdir()
    variables = {"STATE": stack.state, "SAVED": saved, "LEFT": left, "BLOCKS": blocks}
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    run = subprocess.run(
        ["unshare", "--mount", *root, "sh", "-c", ON_A_FULL_DISK],
        cwd=stack.project,
        env=stack.environment | {name: str(value) for name, value in variables.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    shutil.rmtree(stack.state)
    shutil.copytree(left, stack.state)
    return run.stdout


def test_an_emptied_state_comes_back_from_the_copy_beside_it(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    """Nothing is sent when the state cannot be written, and the next `pulumi up` sends it."""
    printed = up_on_a_full_disk(stack, tmp_path, blocks=2)
    assert "no space left on device" in printed
    assert len(emulator.requests) == 1
    state = stack.state / STATE
    assert state.read_text() == ""
    assert "unexpected end of JSON input" in stack.run("preview").output
    shutil.copy(f"{state}.bak", state)
    stack.must("cancel", "--yes")
    stack.must(*UP)
    assert emulator.tenants["ACME"]["host"] == "mail.acme.example"
    stack.must("preview", "--expect-no-changes")


def test_a_lock_that_could_not_be_written_is_removed_by_cancel(
    stack: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    """The state is whole, and nothing is sent."""
    printed = up_on_a_full_disk(stack, tmp_path, blocks=0)
    assert "no space left on device" in printed
    assert len(emulator.requests) == 1
    stack.must("cancel", "--yes")
    stack.must(*UP)
    assert emulator.tenants["ACME"]["host"] == "mail.acme.example"
