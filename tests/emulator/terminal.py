"""The emulator as a process in a terminal, and a shell beside it."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from subprocess import PIPE

COMMAND = [sys.executable, "-m", "pulumi_smtpconfig.emulator"]


@contextmanager
def terminal(
    *arguments: str, marks: bool = True
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The emulator as a process, and what a shell has after its lines were pasted there.

    Without marks those lines are pasted too that stand in comments.
    """
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(
        [*COMMAND, *arguments], env=buffered, stdout=PIPE, stderr=PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            pasted = takewhile(lambda line: "Requests follow" not in line, process.stdout)
            script = "".join(pasted)
            commented = re.compile("^# (?=export|unset)", re.MULTILINE)
            yield process, environment_after(script if marks else commented.sub("", script))
        finally:
            process.terminate()


def environment_after(script: str) -> dict[str, str]:
    """The environment of a shell that has run the script."""
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    shell = ["sh", "-euc", script + shlex.join(show)]
    environment: dict[str, str] = json.loads(subprocess.check_output(shell, timeout=30))
    return environment
