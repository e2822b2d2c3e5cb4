"""How long a program takes to import this package, beyond what pulumi takes."""

from __future__ import annotations

import subprocess
import sys

TIMES = 7
CODE = """
import time, pulumi, pulumi.dynamic
started = time.perf_counter()
import pulumi_smtpconfig
print(time.perf_counter() - started)
"""


def seconds_to_import() -> list[float]:
    """Return the seconds of some imports, each in a new process."""
    return [_once() for _ in range(TIMES)]


def _once() -> float:
    program = [sys.executable, "-c", CODE]
    run = subprocess.run(program, stdout=subprocess.PIPE, check=True)
    return float(run.stdout)
