from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def test_the_first_code_in_the_readme_is_the_quickstart() -> None:
    """What a reader copies is what the tests run."""
    blocks = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)
    assert blocks[0] == (CHECKOUT / "examples/quickstart/__main__.py").read_text()
