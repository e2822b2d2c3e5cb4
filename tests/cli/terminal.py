"""Run `smtpconfig` in a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import contextmanager, suppress
from select import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_TERMINAL = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "runpy.run_module('pulumi_smtpconfig', run_name='__main__', alter_sys=True)"
)
"""Makes standard input the controlling terminal, as in a shell."""

PATIENCE = 30
"""Seconds until a test gives up on what takes a fraction of a second."""


class Terminal:
    """The terminal of a process.

    Attributes:
        shown: The output so far.
    """

    def __init__(self, screen: int, process: subprocess.Popen[bytes]) -> None:
        self._screen = screen
        self._process = process
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Wait until the output contains a text."""
        while text not in self.shown:
            assert self._read(), self.shown

    def type(self, keys: bytes) -> None:
        """Type keys."""
        os.write(self._screen, keys)

    def end(self) -> int:
        """Wait for the end of the process and return its exit code."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        assert select([self._screen], [], [], PATIENCE)[0], self.shown
        with suppress(OSError):  # on Linux, after the process has closed it
            output = os.read(self._screen, 4096)
            self.shown += output.decode()
            return bool(output)
        return False


@contextmanager
def terminal(*arguments: str, **variables: str) -> Iterator[Terminal]:
    """Run a command in a terminal of 200 columns."""
    screen, keyboard = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200", **variables}
    command = [sys.executable, "-c", IN_TERMINAL, *arguments]
    with subprocess.Popen(
        command,
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(keyboard)
        try:
            yield Terminal(screen, process)
        finally:
            process.kill()
            os.close(screen)
