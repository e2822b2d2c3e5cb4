"""A file of tenants that cannot be read, as an error of a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.fleet.problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def telling_of(path: Path) -> Iterator[None]:
    """Say of a file that cannot be read in this block what to do.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        yield
    except Unreadable as error:
        remedy = f"name the file of tenants, if it is not {path}."
        raise ConfigurationError(str(error), remedy) from None
