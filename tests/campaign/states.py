"""States as somebody edited them, or as they came out of a broken backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from tests.campaign.resource import Properties

ODD: tuple[Any, ...] = (
    "",
    " ",
    "nowhere",
    "x" * 100_000,
    "a\0b",
    "\N{REPLACEMENT CHARACTER}\u202e",
    "../..",
    "9" * 5000,
    "env:NOWHERE",
    "file:/nowhere",
    True,
    False,
    0,
    -1,
    1.5,
    1e300,
    [],
    [[]],
    ["x"],
    {},
    {"x": {"y": []}},
)
"""What may stand in place of any value."""

MORE = ("passwordFrom", "fingerprint", "onDelete", "verify", "triggers", "basePath", "unknown")
"""Keys that a state may have besides."""


def edited(random: Random, state: Properties) -> Properties:
    """Return a state with up to four keys left out, replaced, added or swapped."""
    result, public = dict(state), sorted(state.keys() - {"password"})
    for _ in range(random.randint(1, 4)):
        key = random.choice(sorted(state))
        how = random.randrange(4)
        if how == 0:
            result.pop(key, None)
        elif how == 1:
            result[key] = random.choice(ODD)
        elif how == 2:
            result[random.choice(MORE)] = random.choice(ODD)
        else:
            result[key] = state[random.choice(public)]
    return result
