"""The words of the command line: variables in place of config, and nothing that acts."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.cli import output
from pulumi_smtpconfig.cli.output import in_variables, printable
from pulumi_smtpconfig.connection import LAST_UP, READ_REMEDIES
from pulumi_smtpconfig.platforms.platform import PLATFORMS
from pulumi_smtpconfig.smtp.advice import CLIENT_REJECTED, REMEDIES, certificate_remedy
from tests.cli.command import OF_PULUMI

ADVICE = {
    *READ_REMEDIES.values(),
    *REMEDIES.values(),
    *(platform.enable_reading for platform in PLATFORMS.values()),
    CLIENT_REJECTED,
    certificate_remedy(19),
    f"renew the token. {LAST_UP}",
}


def test_the_example_is_true() -> None:
    """What the docstring shows is what happens."""
    assert doctest.testmod(output, raise_on_error=True).attempted


@pytest.mark.parametrize("advice", sorted(ADVICE), ids=lambda text: text[:30])
def test_no_advice_needs_a_stack(advice: str) -> None:
    """What is written for programs is said for a terminal."""
    told = in_variables(advice)
    assert not any(word in told for word in OF_PULUMI)


@given(st.text())
def test_nothing_that_is_shown_acts_on_a_terminal(text: str) -> None:
    """Each character stands for itself or for one that was replaced, and lines stay lines."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(line.isprintable() for line in shown.split("\n"))
