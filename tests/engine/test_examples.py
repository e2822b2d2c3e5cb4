from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


def test_the_shift_example_needs_only_its_password(
    open_stack: Callable[[Path], Stack], emulator: Emulator
) -> None:
    """It sets its tenant."""
    stack = open_stack(CHECKOUT / "examples/shift")
    stack.configure_secret("smtpPassword", "correct horse")
    stack.must(*UP)
    (request,) = emulator.requests
    assert request.target == "/auth/realms/acme/mail/setup"
    assert request.header("host") == "idp.example.com:8443"
    assert emulator.tenants["acme"]["ssl"] == "true"


def test_a_password_generated_in_the_same_program_is_sent(
    open_stack: Callable[[Path], Stack],
    random_plugin: Callable[[Stack], None],
    emulator: Emulator,
) -> None:
    """A preview succeeds before pulumi-random generates it."""
    stack = open_stack(CHECKOUT / "examples/random_password")
    random_plugin(stack)
    stack.must("preview")
    stack.must(*UP)
    password = emulator.tenants["acme"]["password"]
    assert len(password) == 24
    stack.must("preview", "--expect-no-changes")
    assert password not in stack.must("stack", "export")
