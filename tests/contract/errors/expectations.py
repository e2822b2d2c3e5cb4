"""The stored messages: one text file a failure, as the user reads it.

`UPDATE_EXPECTATIONS=1 pytest tests/contract/errors` writes them anew; then review `git diff`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

FOLDER = Path(__file__).parent
UPDATE = "UPDATE_EXPECTATIONS"


def stored() -> dict[str, str]:
    """Return all stored messages by the name of their failure."""
    return {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.txt")}


def as_stored(shown: str) -> str:
    """Return what the engine shows of a failure as it is stored; durations vary."""
    return re.sub(r"tries in \d+ s", "tries in N s", shown.strip() + "\n")


def expect(name: str, message: str) -> None:
    """Compare a message with the stored one, or store it where that is asked for."""
    if os.environ.get(UPDATE):
        assert not os.environ.get("CI"), f"{UPDATE} is for those who then review what changed"
        (FOLDER / f"{name}.txt").write_text(message, "utf-8")
    assert message == stored().get(name), f"if this is the better message, run with {UPDATE}=1"
