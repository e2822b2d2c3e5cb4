"""The emulator as a process."""

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
    *arguments: str, oauth2: bool = False, read: bool = True
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the emulator; yield it and the environment of a shell that its lines were pasted into.

    With oauth2, uncomment the lines for it first. Without read, its output is left to the caller,
    and the environment is this process's.
    """
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(
        [*COMMAND, *arguments], env=buffered, stdout=PIPE, stderr=PIPE, text=True
    ) as process:
        try:
            if not read:
                yield process, dict(os.environ)
                return
            assert process.stdout
            script = "".join(takewhile(lambda x: "Requests follow" not in x, process.stdout))
            if oauth2:
                script = re.sub("^# (?=export|unset)", "", script, flags=re.MULTILINE)
            yield process, environment_after(script)
        finally:
            process.terminate()


def environment_after(script: str) -> dict[str, str]:
    """Return the environment of a shell that has run the script."""
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    shell = ["sh", "-euc", script + shlex.join(show)]
    environment: dict[str, str] = json.loads(subprocess.check_output(shell, timeout=30))
    return environment
