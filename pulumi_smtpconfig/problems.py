"""What is not known yet, and what is wrong with a property.

A program imports this too, so it imports next to nothing.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Unknown(enum.Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class Problem(NamedTuple):
    """One thing that is wrong with one property, said without its value, which may be secret."""

    property: str
    reason: str

    def __str__(self) -> str:
        return f"{self.property}: {self.reason}"
