"""The options of `smtpconfig`, its help, and the ways to start it."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.cli.app import app
from pulumi_smtpconfig.cli.exit_codes import MEANINGS
from tests.cli.command import MODULE, process, smtpconfig, smtpconfig_for_program
from tests.cli.test_verify import GIVEN, to
from tests.contract.conftest import ENVIRONMENTS
from tests.smtp.smtp_server import PASSWORD, SmtpServer

if TYPE_CHECKING:
    from typer.testing import Result

PAGE = Path(__file__).parents[2] / "docs/command-line.md"
VALID = "--host", "smtp.acme.example", "--from", "no-reply@acme.example"
COMMANDS = {
    "module": MODULE,
    "script": [str(Path(sys.executable).with_name("smtpconfig"))],
    "oldest dependencies": [str(ENVIRONMENTS["oldest dependencies"]), *MODULE[1:]],
}


def help_of(*command: str) -> Result:
    """Return the help of a command; the audit's alone names Pulumi, whose stacks it reads."""
    run = smtpconfig_for_program if "audit" in command else smtpconfig
    return run(*command, "--help")


@pytest.mark.parametrize("command", [(), ("verify",), ("show",), ("audit",)], ids=str)
def test_the_help_and_the_page_name_every_exit_code(command: tuple[str, ...]) -> None:
    """The wording is the same."""
    page = " ".join(PAGE.read_text("utf-8").split())
    result = help_of(*command)
    assert result.exit_code == 0
    for code, meaning in MEANINGS.items():
        assert f"{code} {meaning}" in " ".join(result.stdout.split())
        assert f"| {code} | {meaning} |" in page


@pytest.mark.parametrize("command", ["verify", "show", "audit"])
def test_the_page_names_every_option(command: str) -> None:
    """`--help` has no option that is not documented, and no `--password`."""
    page = PAGE.read_text("utf-8")
    listed = [word for word in help_of(command).stdout.split() if word[:2] == "--"]
    assert "--password" not in listed
    assert not [option for option in listed if f"`{option.strip(',.;')}" not in page]


def test_version_prints_the_version_of_the_package() -> None:
    """Bug reports need it."""
    assert smtpconfig("--version").stdout == f"smtpconfig {version('pulumi-smtpconfig')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (*VALID[2:],),
        (*VALID, "--colour"),
        (*VALID, "--password", PASSWORD),
        (*VALID, "extra"),
        (*VALID, "--port"),
    ],
    ids=["missing option", "unknown option", "password", "extra argument", "missing value"],
)
def test_unreadable_options_print_no_json(arguments: tuple[str, ...]) -> None:
    """It is not known then whether `--json` is among them; the page says so."""
    result = smtpconfig("verify", "--json", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert "then standard output is empty" in " ".join(PAGE.read_text("utf-8").split())


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_way_to_start_it_works_without_a_terminal(
    server: SmtpServer, command: list[str]
) -> None:
    """A log gets whole rows without colours."""
    ended = process("verify", *to(server), command=command, variables=GIVEN)
    assert ended.returncode == 0, ended.stderr
    assert "is verified" in ended.stdout
    assert "\x1b" not in ended.stdout + ended.stderr
    assert f"Connecting to 127.0.0.1:{server.port} ...\n" in ended.stderr


def test_tracebacks_show_no_variables() -> None:
    """A variable may hold a password."""
    assert not app.pretty_exceptions_enable
