"""The emulator's source: independent, and documented with what is true."""

import doctest
import re
from pathlib import Path

import pulumi_smtpconfig.emulator


def test_it_shares_nothing_with_the_provider() -> None:
    """A witness is independent: no module of it imports another part of the package."""
    folder = Path(pulumi_smtpconfig.emulator.__file__).parent
    source = "\n".join(module.read_text() for module in folder.glob("*.py"))
    assert re.findall(r"^\s*(?:from|import) +(?:\.\.|pulumi).*", source, re.MULTILINE) == []


def test_the_example_of_the_package_is_true() -> None:
    """What the docstring shows is what happens."""
    assert doctest.testmod(pulumi_smtpconfig.emulator, raise_on_error=True).attempted
