"""Problems with options, told with their names."""

from __future__ import annotations

import re

import pytest

from tests.cli.command import smtpconfig, smtpconfig_for_program

WRONG = {
    "verify": {
        **dict.fromkeys(("--host", "--from", "--port", "--envelope-from", "--recipient"), "/ "),
        **dict.fromkeys(("--auth-token-url", "--password-from"), "/ "),
        **dict.fromkeys(("--auth-token-client-secret-from", "--user"), " "),
    },
    "show": dict.fromkeys(("--platform", "--hostname", "--tenant-id", "--base-path"), "/ "),
    "export": dict.fromkeys(
        ("--platform", "--hostname", "--base-path", "--credentials", "--format"), "/ "
    ),
    "audit": dict.fromkeys(
        ("--platform", "--hostname", "--base-path", "--fail-on", "--dns-server", "--html"), "/ "
    )
    | {"--stack": "dev"},
}


@pytest.mark.parametrize("command", WRONG)
def test_each_problem_begins_with_a_name_that_the_help_lists(command: str) -> None:
    """Nobody has to guess which option a key of the state is."""
    result = smtpconfig(command, *(part for pair in WRONG[command].items() for part in pair))
    *problems, _ = result.stderr.removeprefix("Error: ").splitlines()
    assert result.exit_code == 2
    assert len(problems) >= 3
    names = {re.split(r"[\s:]", line.strip())[0] for line in problems}
    help_ = smtpconfig_for_program(command, "--help").stdout
    listed = set(re.findall(r"--[\w-]+|TENANT|FILE", help_))
    assert names <= listed
