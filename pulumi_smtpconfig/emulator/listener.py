"""The listening socket: loopback only, with a limit on open connections."""

import socket
from typing import Any

HOST = "127.0.0.1"
MOST_CONNECTIONS = 512
"""Half of the files that a process may usually open: without any left, nothing can be accepted."""


class ListenError(OSError):
    """The emulator could not listen on its port."""


class Listener(socket.socket):
    """A listening socket that closes a new connection at once while too many are open."""

    _open: tuple[socket.socket, ...] = ()

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection; raises ConnectionAbortedError, as for one that is already gone."""
        connection, address = super().accept()
        self._open = tuple(each for each in self._open if each.fileno() >= 0)
        if len(self._open) >= MOST_CONNECTIONS:
            connection.close()
            raise ConnectionAbortedError
        self._open += (connection,)
        return connection, address


def listen(port: int) -> Listener:
    """Listen on the loopback address; 0 picks a free port.

    Raises:
        ListenError: The port is taken or does not exist.
    """
    try:
        return Listener(fileno=socket.create_server((HOST, port)).detach())
    except (OSError, OverflowError) as error:
        raise ListenError(
            f"Could not start the emulator on {HOST}:{port}: {str(error).rstrip('.')}. "
            "Stop the process that uses this port, or choose another port (0 picks a free one)."
        ) from None
