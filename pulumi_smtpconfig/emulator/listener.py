"""The port on this machine."""

import socket

HOST = "127.0.0.1"


class ListenError(OSError):
    """The emulator cannot have its port."""


def listen(port: int) -> socket.socket:
    """Take the port on 127.0.0.1, a free one for 0; raises ListenError when it cannot be had."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise ListenError(
            f"Could not start the emulator on {HOST}:{port}: {str(error).rstrip('.')}. "
            "Stop what listens there, or choose another port (0 takes a free one)."
        ) from None
