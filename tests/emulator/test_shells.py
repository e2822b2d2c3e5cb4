"""`--env`: what is pasted sets the variables, whatever they hold."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator.shells import SHELLS, lines
from tests.emulator.terminal import terminal

VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1)


@settings(max_examples=30)
@given(VALUES)
def test_a_shell_sets_the_value_as_it_is(value: str) -> None:
    """Quotes, dollars and backslashes included; afterwards it can be unset."""
    shell = SHELLS["sh"]
    script = "\n".join(
        [
            *lines(shell, {"SMTPCONFIG_TOKEN": value}),
            'test "$SMTPCONFIG_TOKEN" && printenv SMTPCONFIG_TOKEN',
            shell.unset(["SMTPCONFIG_TOKEN"]),
            'test -z "${SMTPCONFIG_TOKEN+set}"',
        ]
    )
    assert subprocess.check_output(["sh", "-euc", script], text=True) == value + "\n"


@settings(max_examples=30)
@given(value=VALUES)
def test_a_workflow_has_the_value_in_its_next_steps(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    """GitHub reads the file that GITHUB_ENV names; a secret is masked in its log."""
    file = tmp_path_factory.mktemp("github") / "env"
    script = "\n".join(lines(SHELLS["github"], {"SMTPCONFIG_TOKEN": value, "SMTPCONFIG_X": "y"}))
    environment = {**os.environ, "GITHUB_ENV": str(file)}
    printed = subprocess.check_output(["bash", "-euc", script], text=True, env=environment)
    assert file.read_text() == f"SMTPCONFIG_TOKEN={value}\nSMTPCONFIG_X=y\n"
    assert printed == f"::add-mask::{value}\n"


@pytest.mark.parametrize(
    ("shell", "line", "unset"),
    [
        ("fish", r"set -gx A 'it\'s \\ $x'", "set -e A B"),
        ("powershell", r"$Env:A = 'it''s \ $x'", "Remove-Item Env:A, Env:B"),
    ],
)
def test_other_shells_have_their_own_quotes(shell: str, line: str, unset: str) -> None:
    """In single quotes, neither expands anything."""
    assert lines(SHELLS[shell], {"A": r"it's \ $x"}) == [line]
    assert SHELLS[shell].unset(["A", "B"]) == unset


@pytest.mark.parametrize("shell", SHELLS)
def test_the_emulator_prints_what_to_paste(shell: str, tmp_path: Path) -> None:
    """All of it is either a comment or sets a variable."""
    with terminal("--env", shell, "--token", "it's", read=False) as (process, _):
        assert process.stdout
        printed = [process.stdout.readline() for _ in range(14)]
    set_lines = [line.rstrip("\n") for line in printed if not line.startswith("#")]
    assert set_lines[0] == lines(SHELLS[shell], {"SMTPCONFIG_TOKEN": "it's"})[0]
    assert len(set_lines) == 3
    assert "Requests follow" in printed[-1]
    if (program := shutil.which(shell)) and shell == "fish":
        script = "\n".join(set_lines)
        subprocess.run([program, "-c", script], check=True, cwd=tmp_path)
