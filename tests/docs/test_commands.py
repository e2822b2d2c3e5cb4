"""What a reader types: programs, targets, modules, options and variables that there are."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
import typer

from pulumi_smtpconfig.cli.app import app
from pulumi_smtpconfig.config import variable
from tests.docs.commands import commands, options, programs
from tests.docs.pages import CHECKOUT, PAGES
from tests.docs.test_reference import connection_settings

if TYPE_CHECKING:
    from tests.docs.commands import Command

OURS = {"make", "python", "pulumi", "smtpconfig"}
OTHERS = {".", "export", "git", "jq", "pip", "pytest", "python3", "cd", "cp", "mkdir", "read"}
"""Programs that a reader has, or that the page says to get."""

VARIABLE = re.compile(r"\bSMTPCONFIG_[A-Z_]+\b")
OF_THE_COMMAND_LINE = {"SMTPCONFIG_AUTH_TOKEN_CLIENT_SECRET", "SMTPCONFIG_SMTP_PASSWORD"}
OF_TESTS = re.compile("SMTPCONFIG_CAMPAIGN_[A-Z]+")


def test_every_program_is_known() -> None:
    """None is misspelt, and a new one is added here once somebody has tried it."""
    assert not programs() - OURS - OTHERS


@pytest.mark.parametrize("command", commands("make"), ids=str)
def test_make_has_the_target(command: Command) -> None:
    """Its name is a rule of the Makefile."""
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    targets = [word for word in command.words[1:] if "=" not in word]
    assert not [word for word in targets if f"\n{word}:" not in makefile]


@pytest.mark.parametrize("command", [*commands("python"), *commands("python3")], ids=str)
def test_a_module_that_is_run_is_there(command: Command) -> None:
    """What stands after `-m` can be imported, here or in an example's folder."""
    assert command.words[1] == "-m"
    module = command.words[2]
    assert [*CHECKOUT.glob(f"examples/*/{module}/__main__.py")] or find_spec(module)


@pytest.mark.parametrize("command", commands("smtpconfig"), ids=str)
def test_the_command_line_has_the_option(command: Command) -> None:
    """A subcommand and its options, by the names that it takes."""
    group = typer.main.get_group(app)
    subcommand = group.commands[command.words[1]]
    if isinstance(subcommand, type(group)):
        subcommand = subcommand.commands[command.words[2]]
    known = {name for each in subcommand.params for name in [*each.opts, *each.secondary_opts]}
    assert not set(options(command)) - known


def test_every_variable_is_one_that_is_read() -> None:
    """Also in text and tables."""
    named = {name for page in PAGES for name in VARIABLE.findall(page.read_text("utf-8"))}
    read = {variable(key) for key in connection_settings()} | OF_THE_COMMAND_LINE
    assert not {name for name in named - read if not OF_TESTS.fullmatch(name)}
