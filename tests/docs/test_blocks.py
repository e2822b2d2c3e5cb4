"""What a reader copies from the documents."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from pulumi_smtpconfig.auth.credentials import Credentials
from tests.docs.pages import CHECKOUT, PAGES, blocks, name, tokens
from tests.docs.programs import programs, write_programs, write_tests
from tests.docs.shell import commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docs.pages import Block

READS_THE_TERMINAL = re.compile(r"\b(pulumi|smtpconfig|pulumi_smtpconfig\.emulator|read) ")
COMMAND = re.compile(r"\s*(\$ )?(pulumi|pip|python3?|smtpconfig|make|export|cd|git) ")
LANGUAGES = ("json", "python", "sh", "yaml", "text", "")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_is_in_a_language_that_a_test_reads(page: Path) -> None:
    """What is in none shows output; another language would be read by nobody."""
    fences = [line for line in page.read_text("utf-8").splitlines() if line.startswith("```")]
    assert len(fences) == 2 * len([b for b in blocks(*LANGUAGES) if b.page == page])


def test_no_command_hides_from_the_test_that_pastes_commands() -> None:
    """Output starts no line with a program, and no block is indented instead of fenced."""
    shown = [line for block in blocks("text", "") for line in block.text.splitlines()]
    assert not [line for line in shown if COMMAND.match(line)]
    assert not [page for page in PAGES for each in tokens(page) if each.type == "code_block"]


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_block_of_python_compiles(block: Block) -> None:
    """Also one that leaves out arguments by `...`."""
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_a_block_of_json_is_a_variable_of_named_sets(block: Block) -> None:
    """It has the keys that credentials have, and no others."""
    for values in json.loads(block.text).values():
        Credentials.model_validate(values)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_a_block_of_yaml_is_yaml(block: Block) -> None:
    """It says something, and no key twice."""
    assert YAML(typ="safe").load(block.text)


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_a_block_of_commands_has_no_comment(block: Block) -> None:
    """An interactive zsh, which macOS has, takes `#` and what follows for arguments."""
    lines = block.text.splitlines()
    assert not [line for line in lines if shlex.split(line, comments=True) != shlex.split(line)]


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_no_command_takes_the_next_line_of_its_block(block: Block) -> None:
    """What asks, or asks the terminal, as the engine does, is last in a block or ends in `&&`."""
    *before, _ = commands(block.text)
    assert not [command for command in before if READS_THE_TERMINAL.search(command)]


def test_the_programs_of_the_pages_have_the_right_types(tmp_path: Path) -> None:
    """Strict mypy finds nothing, as it will find nothing in what a reader writes after them."""
    assert len(programs()) >= 3
    modules = [*write_programs(tmp_path), *write_tests(tmp_path)]
    files = [str(tmp_path / f"{module}.py") for module in modules]
    # In the checkout, as its cache knows pulumi already, which takes long to read.
    command = [sys.executable, "-m", "mypy", *files]
    variables = os.environ | {"MYPYPATH": str(tmp_path)}
    run = subprocess.run(
        command, cwd=CHECKOUT, env=variables, capture_output=True, text=True, check=False
    )
    assert not run.returncode, run.stdout + run.stderr
