"""`smtpconfig` as a command: its help, its end, and the process that it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pulumi_smtpconfig.cli.app import app
from pulumi_smtpconfig.cli.exit_codes import INTERRUPTED, MEANINGS, NOT_TOLD
from pulumi_smtpconfig.cli.run import Outcome, run
from tests.cli.command import smtpconfig
from tests.cli.test_verify import GIVEN, to
from tests.contract.conftest import ENVIRONMENTS
from tests.smtp.smtp_server import PASSWORD, SmtpServer

PAGE = Path(__file__).parents[2] / "docs/command-line.md"
MODULE = [sys.executable, "-m", "pulumi_smtpconfig"]
OLDEST = [str(ENVIRONMENTS["oldest dependencies"]), "-m", "pulumi_smtpconfig"]
NOTHING_WRONG = "--host", "smtp.acme.example", "--from", "no-reply@acme.example"
SCRIPT = [str(Path(sys.executable).with_name("smtpconfig"))]


@pytest.mark.parametrize("command", [(), ("verify",), ("show",)], ids=str)
def test_help_names_every_exit_code(command: tuple[str, ...]) -> None:
    """Also the page does, and both in the same words."""
    page = " ".join(PAGE.read_text("utf-8").split())
    result = smtpconfig(*command, "--help")
    assert result.exit_code == 0
    for code, meaning in MEANINGS.items():
        assert f"{code} {meaning}" in " ".join(result.stdout.split())
        assert f"| {code} | {meaning} |" in page


@pytest.mark.parametrize("command", ["verify", "show"])
def test_the_page_names_every_option(command: str) -> None:
    """What `--help` lists is documented, and no password is among it."""
    page = PAGE.read_text("utf-8")
    listed = [word for word in smtpconfig(command, "--help").stdout.split() if word[:2] == "--"]
    assert "--password" not in listed
    assert not [option for option in listed if f"`{option.strip(',.;')}" not in page]


def test_the_version_is_the_packages() -> None:
    """For bug reports."""
    assert smtpconfig("--version").stdout == f"smtpconfig {version('pulumi-smtpconfig')}\n"


def test_a_mistake_of_the_program_shows_no_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """A crash tells its type and place; a password in its message or its variables stays there."""

    def crash() -> Outcome:
        password = PASSWORD
        raise ValueError(password)

    assert run(crash, {"verified": False}, as_json=True) == NOT_TOLD
    output = capsys.readouterr()
    assert PASSWORD not in output.out + output.err
    assert "canary" not in output.out + output.err
    assert "failed with ValueError at test_command.py:" in json.loads(output.out)["happened"]
    assert output.err.startswith("Error: ")
    assert not app.pretty_exceptions_enable


def test_ctrl_c_has_its_own_code(capsys: pytest.CaptureFixture[str]) -> None:
    """It is neither a yes nor a no, and prints nothing for machines."""

    def stopped() -> Outcome:
        raise KeyboardInterrupt

    assert run(stopped, {}, as_json=True) == INTERRUPTED
    assert capsys.readouterr() == ("", "Stopped.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (*NOTHING_WRONG[2:],),
        (*NOTHING_WRONG, "--colour"),
        (*NOTHING_WRONG, "--password", PASSWORD),
        (*NOTHING_WRONG, "left-over"),
        (*NOTHING_WRONG, "--port"),
    ],
    ids=["a missing option", "an unknown one", "a password", "a word", "an option without a value"],
)
def test_options_that_cannot_be_read_print_nothing_for_machines(arguments: tuple[str, ...]) -> None:
    """Whether `--json` is among them is not known then; the page says so."""
    result = smtpconfig("verify", "--json", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert "then standard output is empty" in " ".join(PAGE.read_text("utf-8").split())


@pytest.mark.parametrize(
    "command", [MODULE, SCRIPT, OLDEST], ids=["module", "script", "oldest dependencies"]
)
def test_it_is_a_process_too(server: SmtpServer, command: list[str]) -> None:
    """In a log without a terminal each row is a line, whole and without colours."""
    ended = subprocess.run(
        [*command, "verify", *to(server)],
        env={**os.environ, **GIVEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert "is verified" in ended.stdout
    assert "\x1b" not in ended.stdout + ended.stderr
    assert f"Talking to 127.0.0.1:{server.port} ...\n" in ended.stderr


def test_help_is_quick() -> None:
    """What talks to servers is imported by commands that do."""
    code = "import sys; import pulumi_smtpconfig.cli; print(*{'httpx', 'smtplib'} & {*sys.modules})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
