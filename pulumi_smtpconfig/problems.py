"""Unknown values, and problems with properties.

A Pulumi program imports this module, so it must not import pydantic.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Unknown(enum.Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
"""A value that a preview does not know yet."""


class Problem(NamedTuple):
    """A problem with one property, described without its value, which may be secret.

    Attributes:
        property: The property's key in the state.
        why: What is wrong, as the predicate of a sentence about the property.
        remedy: What to do, without a full stop; only lint rules have one.
        code: The code of the lint rule that found it, or empty.
    """

    property: str
    why: str
    remedy: str = ""
    code: str = ""

    def __str__(self) -> str:
        text = f"{self.property}: {self.why}"
        return f"{text}; {self.remedy} [{self.code}]" if self.code else text
