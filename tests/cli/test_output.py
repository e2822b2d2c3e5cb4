"""Output has no Pulumi terms and does not control the terminal."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig import without_pulumi as module
from pulumi_smtpconfig.authorized_client import READ_REMEDIES
from pulumi_smtpconfig.cli.output import printable
from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.smtp.advice import CERTIFICATE_REMEDIES, CLIENT_REJECTED, REMEDIES
from pulumi_smtpconfig.without_pulumi import without_pulumi
from tests.cli.command import PULUMI_TERMS

ADVICE = {
    *READ_REMEDIES.values(),
    *REMEDIES.values(),
    *(platform.enable_reading for platform in PLATFORMS.values()),
    CLIENT_REJECTED,
    *CERTIFICATE_REMEDIES.values(),
}


def test_the_docstring_example_is_true() -> None:
    """`doctest` runs it."""
    assert doctest.testmod(module, raise_on_error=True).attempted


@pytest.mark.parametrize("advice", sorted(ADVICE), ids=lambda text: text[:30])
def test_no_advice_has_pulumi_terms(advice: str) -> None:
    """Advice for Pulumi programs is rewritten for the command line."""
    shown = without_pulumi(advice)
    assert not any(term in shown for term in PULUMI_TERMS)


@given(st.text())
def test_no_output_controls_the_terminal(text: str) -> None:
    """Each character is kept or replaced by one other, and line breaks are kept."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(line.isprintable() for line in shown.split("\n"))
