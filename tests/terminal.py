"""Run a command in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import contextmanager, suppress
from select import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

CONTROLLING = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
"""Makes standard input the controlling terminal, as in a shell, and becomes the command."""

PATIENCE = 30
"""Seconds without output until a test gives up on what takes a fraction of a second."""

LINES, COLUMNS = 50, 200
REPORTS = {
    "\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x07",
    "\x1b[6n": f"\x1b[{LINES};{COLUMNS}R".encode(),
}
"""What programs ask a terminal, and its answers: its background, and where the cursor is."""

REPORT = re.compile("|".join(map(re.escape, REPORTS)))


class Terminal:
    """The terminal of a process.

    Attributes:
        process: Its process id.
        shown: The output so far.
    """

    def __init__(self, screen: int, process: subprocess.Popen[bytes], patience: float) -> None:
        self._screen = screen
        self._process = process
        self._patience = patience
        self.process = process.pid
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Wait until the output contains a text."""
        while text not in self.shown:
            assert self.read(), self.shown

    def type(self, keys: bytes) -> None:
        """Type keys."""
        os.write(self._screen, keys)

    def end(self) -> int:
        """Wait for the end of the process and return its exit code."""
        while self.read():
            pass
        return self._process.wait(PATIENCE)

    def is_quiet(self, seconds: float) -> bool:
        """Return whether no output comes for a while, as when a program waits for an answer."""
        return not select([self._screen], [], [], seconds)[0]

    def read(self) -> bool:
        """Wait for more output; return False at its end."""
        assert select([self._screen], [], [], self._patience)[0], self.shown
        with suppress(OSError):  # on Linux, after the process has closed it
            output = os.read(self._screen, 4096).decode(errors="replace")
            self.shown += output
            for asked in REPORT.findall(output):
                self.type(REPORTS[asked])
            return bool(output)
        return False


@contextmanager
def in_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path | None = None,
    patience: float = PATIENCE,
) -> Iterator[Terminal]:
    """Run a command in a terminal, and end all that runs there with the context."""
    screen, keyboard = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", CONTROLLING, *command],
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        cwd=folder,
        env={"TERM": "xterm", **environment},
        start_new_session=True,
    ) as process:
        os.close(keyboard)
        try:
            yield Terminal(screen, process, patience)
        finally:
            process.kill()
            os.close(screen)
