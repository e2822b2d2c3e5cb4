"""Run `smtpconfig` in a terminal of its own."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.terminal import in_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terminal import Terminal


@contextmanager
def terminal(*arguments: str, **variables: str) -> Iterator[Terminal]:
    """Run a command in a terminal of 200 columns."""
    command = [sys.executable, "-m", "pulumi_smtpconfig", *arguments]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200", **variables}
    with in_terminal(command, environment) as running:
        yield running
