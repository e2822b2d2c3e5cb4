"""Read a small file at a path that others may choose or change."""

from __future__ import annotations

import errno
import os
import stat

FLAGS = os.O_RDONLY
for flag in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):  # no system has all of them
    FLAGS |= getattr(os, flag, 0)

CANNOT_BE_OPENED = {errno.ENXIO, errno.EOPNOTSUPP}
"""What opening a socket fails with."""

NOT_REGULAR = "it is not a regular file"


def read_file(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Return the content of a regular file, without waiting for anybody to write it.

    A pipe could block forever, and a device may have no end. What was opened counts, because the
    path may lead to something else a moment before or later.

    Raises:
        OSError: It cannot be read, is not a regular file, or is longer; `strerror` says why.
    """
    try:
        descriptor = os.open(path, FLAGS)
    except ValueError:  # a NUL, or a character that no file's name has here
        raise OSError(errno.EINVAL, "it is not a valid path") from None
    except OSError as error:
        if error.errno in CANNOT_BE_OPENED:
            raise OSError(errno.EINVAL, NOT_REGULAR) from None
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, NOT_REGULAR)
        content = b""
        while chunk := os.read(descriptor, max_bytes + 1 - len(content)):
            content += chunk
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"it is longer than {max_bytes} bytes")
    return content
