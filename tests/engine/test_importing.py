"""Ways to let Pulumi find a tenant, none of which it offers to a dynamic provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.stack import Stack


@pytest.mark.parametrize("how", ["import_", "id", "urn", "SmtpConfig.get"])
def test_a_program_that_imports_a_tenant_is_told_what_to_do(
    open_stack: Callable[[Path], Stack], how: str
) -> None:
    """In one line, without Python's traceback."""
    stack = open_stack(PROGRAMS / "looking_up")
    stack.configure(how=how)
    output, status = stack.run("preview")
    assert status
    diagnostics = output.partition("Diagnostics:")[2]
    (line,) = [line for line in diagnostics.splitlines() if "cannot be used" in line]
    assert line.startswith(f'    error: {how} cannot be used for "mail", because ')
    assert "Declare the tenant with its settings instead" in line
    assert "Traceback" not in output


def test_pulumi_import_ends_as_the_documents_say(declared: Stack) -> None:
    """Pulumi's own host fails before it asks the provider."""
    kind = "pulumi-python:dynamic/smtpconfig:SmtpConfig"
    output, status = declared.run("import", "--yes", kind, "mail", "ssms/idp.example.com/acme")
    assert status
    assert "KeyError: '__provider'" in output
