from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize("base_path", ["", "/auth"])
def test_the_keycloak_example_lives_from_up_to_destroy(
    open_stack: Callable[[Path], Stack], emulator: Emulator, base_path: str
) -> None:
    """Below either base path: it sets, finds drift, puts it right, and clears."""
    stack = open_stack(CHECKOUT / "examples/keycloak")
    stack.configure(hostname="idp.example.com", realm="acme", basePath=base_path)
    stack.configure_secret("smtpPassword", "correct horse")
    stack.must(*UP)
    assert emulator.tenants["acme"] == {
        "host": "smtp.acme.example",
        "port": "587",
        "starttls": "true",
        "ssl": "false",
        "from": "no-reply@acme.example",
        "auth": "true",
        "authType": "basic",
        "user": "acme",
        "password": "correct horse",
    }
    stack.must("preview", "--refresh", "--expect-no-changes")
    emulator.tenants["acme"]["host"] = "smtp.somewhere.example"
    assert "smtp.somewhere.example" in stack.must("preview", "--refresh", "--diff")
    stack.must(*UP, "--refresh")
    assert emulator.tenants["acme"]["host"] == "smtp.acme.example"
    stack.must("destroy", "--yes")
    assert emulator.tenants["acme"] == {}


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
