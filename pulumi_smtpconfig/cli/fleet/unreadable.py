"""A file of tenants that cannot be read, as an error of a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.fleet.problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECK_IT = (
    "check that it is there, and that this user can read it. The argument FILE is the path of the "
    "file of tenants."
)


@contextmanager
def telling_what_to_do() -> Iterator[None]:
    """Say of a file that cannot be read in this block what to do.

    Raises:
        ConfigurationError: It cannot be read.
    """
    try:
        yield
    except Unreadable as error:
        raise ConfigurationError(str(error), CHECK_IT) from None
