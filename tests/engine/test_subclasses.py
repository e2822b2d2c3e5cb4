from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.conftest import PROGRAMS, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.stack import Stack

TYPE = "pulumi-python:dynamic/smtpconfig:SmtpConfig"
TENANTS = {"acme", "beta"}


def types(stack: Stack) -> dict[str, str]:
    """Return the types of the tenants in the state, by name."""
    resources = stack.exported()["deployment"]["resources"]
    every = {r["urn"].rpartition("::")[2]: r["type"] for r in resources}
    return {name: every[name] for name in TENANTS}


def test_a_subclass_is_the_same_resource(open_stack: Callable[[Path], Stack]) -> None:
    """A tenant moves between the class, a subclass and one of that without any change."""
    stack = open_stack(PROGRAMS / "subclasses")
    stack.must(*UP)
    for name in ("AcmeMail", "AcmeTeamMail"):
        stack.configure(by=name)
        stack.must("preview", "--expect-no-changes")
    stack.must("destroy", "--yes")
    stack.must(*UP)
    assert set(types(stack).values()) == {TYPE}
    stack.must("config", "rm", "by")
    stack.must("preview", "--expect-no-changes")
    stack.must("refresh", "--yes")
