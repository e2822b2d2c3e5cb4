"""`smtpconfig` where standard input, output or error is closed, full, or read no further."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.cli.test_verify import GIVEN, to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.smtp.smtp_server import SmtpServer

MODULE = [sys.executable, "-m", "pulumi_smtpconfig"]
WITHOUT_INPUT = ["sh", "-c", 'exec "$@" <&-', "-"]
BAD = {"--port": "1", "--host": "127.0.0.1", "--from": "no-reply@acme.example"}
NOT_VERIFIED = [part for pair in BAD.items() for part in pair]


@contextmanager
def unread() -> Iterator[IO[bytes]]:
    """A pipe whose reader has left."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        yield pipe


def ended(
    *arguments: str,
    before: Sequence[str] = (),
    out: IO[bytes] | int = subprocess.PIPE,
    err: IO[bytes] | int = subprocess.PIPE,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process, which prints no traceback."""
    process = subprocess.run(
        [*before, *MODULE, *arguments],
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in (process.stderr or "")
    assert "mistake" not in (process.stderr or "")
    return process


def test_an_output_that_knows_few_letters_is_no_trouble(server: SmtpServer) -> None:
    """Signs are words there."""
    told = ended("verify", *to(server), variables={**GIVEN, "PYTHONIOENCODING": "ascii"})
    assert told.returncode == 0, told.stderr
    assert told.stdout.isascii()
    assert "ok" in told.stdout.replace("|", " ").split()


def test_a_reader_that_leaves_early_still_gets_the_code(server: SmtpServer) -> None:
    """As `| head -1` does; what went wrong is said on standard error as always."""
    for json_or_not in ((), ("--json",)):
        with unread() as pipe:
            assert (
                ended("verify", *to(server), *json_or_not, out=pipe, variables=GIVEN).returncode
                == 0
            )
            failed = ended("verify", *NOT_VERIFIED, *json_or_not, out=pipe)
        assert failed.returncode == 1
        assert "Error: Verifying 127.0.0.1:1 failed." in failed.stderr


@pytest.mark.parametrize("more", [(), ("--json",)], ids=str)
def test_an_output_that_cannot_be_written_is_told(
    server: SmtpServer, more: tuple[str, ...]
) -> None:
    """Whoever reads it would take nothing for an answer, so the code is 3."""
    with Path("/dev/full").open("wb") as full:
        told = ended("verify", *to(server), *more, out=full, variables=GIVEN)
    assert told.returncode == 3
    (line,) = (line for line in told.stderr.splitlines() if line.startswith("Error: "))
    assert line.endswith("No space left on device; see where it goes, then try again.")


def test_a_help_that_cannot_be_written_is_told_too() -> None:
    """It is the same line."""
    with Path("/dev/full").open("wb") as full:
        told = ended("--help", out=full)
    assert told.returncode == 3
    assert told.stderr.startswith("Error: Standard output cannot be written: No space left")


def test_standard_error_changes_no_code() -> None:
    """What cannot be told there is in the code, and in what machines get."""
    with unread() as pipe, Path("/dev/full").open("wb") as full:
        for stream in (pipe, full):
            told = ended("verify", *NOT_VERIFIED, "--json", err=stream)
            assert told.returncode == 1
            assert json.loads(told.stdout)["stage"] == "connection"


def test_without_standard_input_nobody_is_asked(server: SmtpServer) -> None:
    """A missing password is a wrong usage there too, and the ways to give it are told."""
    told = ended(
        "verify", *to(server), before=WITHOUT_INPUT, variables={"SMTPCONFIG_SMTP_PASSWORD": ""}
    )
    assert told.returncode == 2
    assert "set the environment variable SMTPCONFIG_SMTP_PASSWORD" in told.stderr
