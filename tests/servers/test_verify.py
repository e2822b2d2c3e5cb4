"""Settings are proved at a real SMTP server before they replace others, with the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import CHECKOUT, UP
from tests.smtp.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    """Run a server that offers STARTTLS."""
    with smtp_server(tmp_path / "smtp.pem") as running:
        yield running


@pytest.fixture
def stack(
    open_stack: Callable[[Path], Stack], emulator: Emulator, server: SmtpServer, tmp_path: Path
) -> Stack:
    """A stack that trusts the platform's authority and the server's."""
    stack = open_stack(CHECKOUT / "tests/engine/programs/declared")
    both = tmp_path / "both.pem"
    both.write_bytes(emulator.ca_bundle.read_bytes() + server.ca_bundle.read_bytes())
    stack.environment["SMTPCONFIG_CA_BUNDLE"] = str(both)
    return stack


def declare(stack: Stack, server: SmtpServer, password: str, verify: str) -> None:
    """Let the program declare a tenant whose mails go over the server."""
    arguments = {
        "platform": "ssms",
        "hostname": "idp.example.com",
        "tenant_id": "acme",
        "host": "localhost",
        "port": server.port,
        "from_": "no-reply@acme.example",
        "user": USER,
        "secret": {"password": password},
        "verify": verify,
        "lint_ignore": ["W103"],
    }
    (stack.project / "declared.json").write_text(json.dumps({"mail": arguments}))


def test_a_wrong_password_never_replaces_one_that_works(
    stack: Stack, emulator: Emulator, server: SmtpServer
) -> None:
    """`require` stops before the POST, after one login; `warn` says so and sends.

    Settings that stay are not tried again.
    """
    declare(stack, server, PASSWORD, "require")
    stack.must(*UP)
    stack.must(*UP)
    assert len(server.logins) == len(emulator.requests) == 1
    declare(stack, server, "wrong-canary", "require")
    failed = stack.run(*UP)
    assert failed.status
    assert 'Mail settings of tenant "acme": verifying them before they are sent' in failed.output
    assert f"localhost:{server.port} failed at AUTH: it answered 535" in failed.output
    assert (len(server.logins), len(emulator.requests)) == (2, 1)
    declare(stack, server, "wrong-canary", "warn")
    warned = stack.must(*UP)
    assert "They are sent anyway" in warned
    assert (len(server.logins), len(emulator.requests)) == (3, 2)
    assert "canary" not in failed.output + warned
