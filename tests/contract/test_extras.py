"""The extras, with the oldest and the newest dependencies."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.audit.dns_server import running_dns_server
from tests.contract.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator

SHOW = ("show", "--platform", "shift", "--hostname", "idp.example.com", "--tenant-id", "acme")
REQUESTS_FOLLOW = "# Requests follow. Press Ctrl-C to stop.\n"


def show(python: Path, environment: Mapping[str, str], *more: str) -> str:
    """Return what the command line shows of a tenant."""
    variables = os.environ | environment | {"SMTPCONFIG_READ_BACK": "admin"}
    command = [str(python), "-m", "pulumi_smtpconfig", *SHOW, *more]
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["table", "JSON"])
def test_the_command_line_works(python: Path, platform: Emulator, more: list[str]) -> None:
    """It reads a tenant over the network and prints what it has."""
    platform.tenants["acme"] = {"host": "smtp.acme.example"}
    assert "smtp.acme.example" in show(python, platform.environment, *more)


def test_the_emulator_works(python: Path) -> None:
    """It starts, serves the command line of the same environment, and stops."""
    command = [str(python), "-m", "pulumi_smtpconfig.emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        exports = [
            line for line in iter(running.stdout.readline, REQUESTS_FOLLOW) if line[0] == "e"
        ]
        pairs = [shlex.split(line)[1].split("=", 1) for line in exports]
        shown = show(python, dict(pairs))
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=30)
    assert "acme" in shown
    assert ' 200 GET tenant="acme" ' in printed


def test_the_audit_works(python: Path, platform: Emulator, tmp_path: Path) -> None:
    """It reads a tenant, looks up its domain, and writes the page."""
    platform.tenants["acme"] = {"host": "smtp.acme.example", "from": "x@acme.example"}
    page = tmp_path / "page.html"
    with running_dns_server() as dns_server:
        dns_server.publish("acme.example", "MX", "10 mx.acme.example.")
        command = [
            *(str(python), "-m", "pulumi_smtpconfig", "audit", "--hostname", "idp.example.com"),
            *("--base-path", "/auth", "--tenant-id", "acme", "--html", str(page)),
            *("--dns", "--dns-server", dns_server.address, "--fail-on", "never"),
        ]
        variables = os.environ | platform.environment
        run = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "A311" in run.stdout
    assert "mx.acme.example" in page.read_text("utf-8")


def test_the_fleet_works(python: Path) -> None:
    """It checks its example, and finds it formatted."""
    for arguments in (("check",), ("fmt", "--check")):
        command = [str(python), "-m", "pulumi_smtpconfig", "fleet", *arguments]
        run = subprocess.run(
            command, cwd=CHECKOUT / "examples/fleet", capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_fixtures_work(python: Path, tmp_path: Path) -> None:
    """Pytest finds them, and both servers run."""
    (tmp_path / "test_it.py").write_text("def test_it(smtp_environment): pass\n")
    command = [str(python), "-m", "pytest", "-W", "error", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
