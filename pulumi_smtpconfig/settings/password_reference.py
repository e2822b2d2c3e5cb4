"""Password references: `env:NAME` or `file:/absolute/path`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.files import read_file

VARIABLE = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
FILE = "file:"
MAX_FILE_BYTES = 4096


def is_reference(text: str) -> bool:
    """Tell whether a text is a password reference."""
    path = text.removeprefix(FILE)
    return bool(VARIABLE.fullmatch(text)) or (path != text and Path(path).is_absolute())


def resolve(reference: str) -> str:
    """Return the password that a reference points to.

    A file's byte order mark and final line break are dropped, because editors and `echo` add them.

    Raises:
        ConfigurationError: The password is unreadable or empty.
    """
    variable = VARIABLE.fullmatch(reference)
    password = os.environ.get(variable["name"]) if variable else _file_content(reference)
    if password is None:
        raise _unreadable(reference, "the environment variable is not set")
    if not password:
        raise _unreadable(reference, "it is empty")
    return password


def _file_content(reference: str) -> str:
    try:
        text = read_file(reference.removeprefix(FILE), MAX_FILE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(reference, "it is not UTF-8 text") from None
    except OSError as error:
        raise _unreadable(reference, str(error.strerror)) from None
    return re.sub(r"\r?\n\Z", "", text)


def _unreadable(reference: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"Could not read the password from {reference}: {why}.",
        "make it available on the machine that runs this command, then run it again.",
    )
