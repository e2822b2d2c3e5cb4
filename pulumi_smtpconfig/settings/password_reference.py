"""Where a password stands that neither the program nor the state holds."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pulumi_smtpconfig.errors import ConfigurationError

VARIABLE = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
FILE = "file:"
LARGEST_FILE = 4096
"""Bytes; a longer file holds no password."""


def is_reference(text: str) -> bool:
    """Tell whether a text is `env:NAME` or `file:` with an absolute path."""
    path = text.removeprefix(FILE)
    return bool(VARIABLE.fullmatch(text)) or (path != text and Path(path).is_absolute())


def resolve(reference: str) -> str:
    """Return the password that a reference stands for.

    A line break at the end of a file and a byte order mark at its beginning are dropped, as
    editors and `echo` add them.

    Raises:
        ConfigurationError: It cannot be read here, or is empty.
    """
    variable = VARIABLE.fullmatch(reference)
    password = _of_variable(variable["name"]) if variable else _of_file(reference)
    if not password:
        raise _unreadable(reference, "it is empty")
    return password


def _of_variable(name: str) -> str:
    if name not in os.environ:
        raise _unreadable(f"env:{name}", "this environment variable is not set")
    return os.environ[name]


def _of_file(reference: str) -> str:
    path = Path(reference.removeprefix(FILE))
    try:
        if path.exists() and not path.is_file():  # a pipe could be waited for without an end
            raise _unreadable(reference, "it is no ordinary file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(reference, "it is no text in UTF-8") from None
    except OSError as error:
        raise _unreadable(reference, str(error.strerror)) from None
    except ValueError:
        raise _unreadable(reference, "this is no path") from None
    if len(content) > LARGEST_FILE:
        raise _unreadable(reference, f"it is longer than {LARGEST_FILE} bytes")
    return re.sub(r"\r?\n\Z", "", text)


def _unreadable(reference: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The password of {reference} cannot be read here: {why}.",
        "give it to the machine that runs `pulumi`, then run it again.",
    )
