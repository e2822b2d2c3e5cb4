"""Exit codes if a standard stream is closed, full, or read no further."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from pulumi_smtpconfig.cli.exit_codes import EXIT_INTERRUPTED, EXIT_UNAVAILABLE
from pulumi_smtpconfig.cli.run import Outcome, run
from tests.cli.command import MODULE, process
from tests.cli.test_verify import GIVEN, to
from tests.smtp.smtp_server import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.smtp.smtp_server import SmtpServer

STDIN_CLOSED = ["sh", "-c", 'exec "$@" <&-', "-", *MODULE]
CLOSED_PORT = "--host", "127.0.0.1", "--port", "1", "--from", "no-reply@acme.example"


@contextmanager
def unread() -> Iterator[IO[bytes]]:
    """A pipe whose reader has closed it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        yield pipe


def test_a_crash_shows_no_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """An internal error has the type and place of an exception, but not its message."""

    def crash() -> Outcome:
        password = PASSWORD
        raise ValueError(password)

    assert run(crash, {"verified": False}, as_json=True) == EXIT_UNAVAILABLE
    output = capsys.readouterr()
    assert PASSWORD not in output.out + output.err
    assert "canary" not in output.out + output.err
    assert "failed with ValueError at test_run.py:" in json.loads(output.out)["happened"]
    assert output.err.startswith("Error: ")


def test_ctrl_c_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output stays empty."""

    def interrupt() -> Outcome:
        raise KeyboardInterrupt

    assert run(interrupt, {}, as_json=True) == EXIT_INTERRUPTED
    assert capsys.readouterr() == ("", "Stopped.\n")


def test_an_ascii_output_gets_ascii_marks(server: SmtpServer) -> None:
    """The marks of stages become words."""
    variables = {**GIVEN, "PYTHONIOENCODING": "ascii"}
    ended = process("verify", *to(server), variables=variables)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.isascii()
    assert "ok" in ended.stdout.replace("|", " ").split()


@pytest.mark.parametrize("more", [(), ("--json",)], ids=str)
def test_a_closed_pipe_keeps_the_exit_code(server: SmtpServer, more: tuple[str, ...]) -> None:
    """After `| head -1` an error is still on standard error."""
    with unread() as pipe:
        verified = process("verify", *to(server), *more, stdout=pipe, variables=GIVEN)
        failed = process("verify", *CLOSED_PORT, *more, stdout=pipe)
    assert (verified.returncode, failed.returncode) == (0, 1)
    assert "Error: Could not verify the settings." in failed.stderr


@pytest.mark.parametrize("more", [(), ("--json",)], ids=str)
def test_a_full_disk_is_reported(server: SmtpServer, more: tuple[str, ...]) -> None:
    """The output has no result, so the exit code is 3."""
    with Path("/dev/full").open("wb") as full:
        ended = process("verify", *to(server), *more, stdout=full, variables=GIVEN)
    assert ended.returncode == 3
    (line,) = (line for line in ended.stderr.splitlines() if line.startswith("Error: "))
    assert line.endswith("No space left on device. Check where it is redirected to.")


def test_a_full_disk_is_reported_for_help_too() -> None:
    """The message and the exit code are the same."""
    with Path("/dev/full").open("wb") as full:
        ended = process("--help", stdout=full)
    assert ended.returncode == 3
    assert ended.stderr.startswith("Error: Could not write to standard output: No space left")


def test_a_broken_standard_error_keeps_the_exit_code() -> None:
    """JSON has the error too."""
    with unread() as pipe, Path("/dev/full").open("wb") as full:
        for stream in (pipe, full):
            ended = process("verify", *CLOSED_PORT, "--json", stderr=stream)
            assert ended.returncode == 1
            assert json.loads(ended.stdout)["stage"] == "connection"


def test_without_standard_input_there_is_no_prompt(server: SmtpServer) -> None:
    """The error says how to provide the password."""
    variables = {"SMTPCONFIG_SMTP_PASSWORD": ""}
    ended = process("verify", *to(server), command=STDIN_CLOSED, variables=variables)
    assert ended.returncode == 2
    assert "set the environment variable SMTPCONFIG_SMTP_PASSWORD" in ended.stderr
