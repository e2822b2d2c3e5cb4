"""Write a command's result to a file, whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from pulumi_smtpconfig.errors import ConfigurationError


def find_obstacle(path: str, *, replace: bool) -> str:
    """Return why a file is not going to be written, as a predicate; empty if nothing is known.

    Args:
        path: Its path.
        replace: Whether a regular file that is there is replaced.
    """
    target = Path(path)
    try:
        if not target.absolute().parent.is_dir():
            return "is in a folder that does not exist"
        target.lstat()
        is_regular = target.is_file()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        return f"is not the path of a file: {getattr(error, 'strerror', error)}"
    if not is_regular:
        return "is there already, and is not a regular file"
    return "" if replace else "is there already; --force replaces it"


def write_file(path: str, text: str, *, remedy: str = "check --output.") -> None:
    """Write a text in UTF-8, so that at every moment the file has all of it or what it had.

    Raises:
        ConfigurationError: It could not be written.
    """
    target = Path(path).resolve()  # a link stays one
    try:
        _replace(target, text)
    except OSError as error:
        raise ConfigurationError(f"Could not write {path}: {error.strerror}.", remedy) from None


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".smtpconfig-{secrets.token_hex(8)}")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
