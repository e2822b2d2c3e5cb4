from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.conftest import CHECKOUT, UP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


def test_the_checkout_itself_is_the_quickstart_project(
    quickstart: Stack, emulator: Emulator
) -> None:
    """`pulumi up` in the checkout's root runs examples/quickstart."""
    for file in ("Pulumi.yaml", "examples/quickstart/__main__.py"):
        target = quickstart.project / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((CHECKOUT / file).read_text())
    (quickstart.project / "__main__.py").unlink()
    quickstart.must(*UP)
    assert emulator.tenants["ACME"]["host"] == "smtp.acme.example"


def test_the_shift_example_reaches_its_tenant(
    open_stack: Callable[[Path], Stack], emulator: Emulator
) -> None:
    """The example of SHIFT needs its password and nothing else."""
    stack = open_stack(CHECKOUT / "examples/shift")
    stack.configure_secret("smtpPassword", "correct horse")
    stack.must(*UP)
    (request,) = emulator.requests
    assert request.target == "/auth/realms/acme/mail/setup"
    assert request.header("host") == "idp.example.com:8443"
    assert emulator.tenants["acme"]["ssl"] == "true"


def test_a_password_made_in_the_same_program_arrives(
    open_stack: Callable[[Path], Stack],
    random_plugin: Callable[[Stack], None],
    emulator: Emulator,
) -> None:
    """A preview passes before pulumi-random has made the password, and the up sends it."""
    stack = open_stack(CHECKOUT / "examples/random_password")
    random_plugin(stack)
    stack.must("preview")
    stack.must(*UP)
    password = emulator.tenants["acme"]["password"]
    assert len(password) == 24
    stack.must("preview", "--expect-no-changes")
    assert password not in stack.must("stack", "export")
