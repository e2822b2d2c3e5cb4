from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import automation

from pulumi_smtpconfig import SmtpConfig
from tests.engine.conftest import MAIL, PROGRAMS, declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.stack import Stack

DUPLICATES = "for the same tenant"


@pytest.fixture
def notices(open_stack: Callable[[Path], Stack]) -> Stack:
    """A stack of a program with likely mistakes."""
    return open_stack(PROGRAMS / "notices")


def warnings_in(output: str) -> dict[str, list[str]]:
    """Return the warnings that a run shows on each resource."""
    blocks = re.findall(r"^  \S+ \((\S+)\):\n((?:    .+\n)+)", output, re.MULTILINE)
    return {name: re.findall(r"warning: (.+)", block) for name, block in blocks}


def test_a_preview_shows_likely_mistakes_and_duplicates_on_their_resources(notices: Stack) -> None:
    """A warning has its reason, remedy and code, even while another value is unknown.

    Tenants that differ only in case are one tenant on SSMS and two on other platforms.
    """
    warnings = warnings_in(notices.must("preview"))
    (odd,), (later,) = warnings["odd"], warnings["later"]
    assert odd.startswith("port: is for implicit TLS, but ssl is off; turn on ssl")
    assert (odd[-6:], later[-6:]) == ("[W101]", "[W102]")
    (duplicates,) = {text for texts in warnings.values() for text in texts if DUPLICATES in text}
    assert duplicates.startswith('"first" and "second" are ')


def test_a_warning_is_hidden_by_its_code(notices: Stack) -> None:
    """Other warnings stay."""
    notices.configure(ignored="W101")
    warnings = warnings_in(notices.must("preview"))
    assert "odd" not in warnings
    assert "later" in warnings


def test_a_code_that_is_not_a_warnings_is_refused(notices: Stack) -> None:
    """A typo cannot hide anything, and errors cannot be hidden."""
    notices.configure(ignored="W999 E101")
    run = notices.run("preview")
    assert run.status
    assert run.output.count("lint_ignore: contains a code that cannot be silenced: E101, W999") == 6
    assert "Traceback" not in run.output


def test_a_lint_error_stops_the_preview_with_one_line(declared: Stack) -> None:
    """The line is told with the resource's name and ends with the code."""
    declare(declared, {"mail": MAIL | {"host": "https://smtp.acme.example"}})
    run = declared.run("preview")
    assert run.status
    diagnostics = run.output.split("Diagnostics:")[1]
    assert len(re.findall(r"^ +host: .* \[E\d{3}\]$", diagnostics, re.MULTILINE)) == 1
    assert "Traceback" not in run.output


def declare_inline() -> None:
    """Declare a tenant, as an inline program."""
    SmtpConfig(pulumi.get_stack(), **MAIL)


def test_two_runs_in_one_process_are_no_duplicates(
    inline: automation.LocalWorkspaceOptions,
) -> None:
    """A process may preview the same tenant for one stack after the other."""
    for name in ("one", "two"):
        stack = automation.create_stack(name, "inline", program=declare_inline, opts=inline)
        assert DUPLICATES not in stack.preview().stdout
