"""One operation's way to SMTP servers: its own authorities, and none of the platform's detours."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.connection import Connection
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified
from pulumi_smtpconfig.http.opening import open_client
from tests.smtp.smtp_server import SmtpServer, smtp_server
from tests.smtp.verifying import verification
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_smtpconfig.interface import Step


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    """Run a server that offers STARTTLS."""
    with smtp_server(tmp_path / "ca.pem") as running:
        yield running


def verified(server: SmtpServer, **settings: str) -> list[Step]:
    """Try good settings through a connection with these settings of the stack."""
    return Connection(stack_config(**settings), pytest.fail).verify(verification(server.port))


def test_the_bundle_is_trusted_for_mail_servers_too(server: SmtpServer) -> None:
    """A private authority needs to be told once."""
    assert verified(server, caBundle=str(server.ca_bundle))[-1].stage == "MAIL FROM"
    assert len(server.logins) == 1


def test_without_the_bundle_the_system_decides(server: SmtpServer) -> None:
    """What it does not know gets no password."""
    with pytest.raises(NotVerified, match="not trusted"):
        verified(server)
    assert not server.logins


def test_connect_to_leads_no_mail_elsewhere(server: SmtpServer) -> None:
    """It stands for the platform alone, and is not warned of either."""
    assert verified(server, caBundle=str(server.ca_bundle), connectTo="127.0.0.1:1")


@pytest.mark.parametrize("content", [None, "no PEM"])
def test_a_wrong_bundle_is_the_same_error_as_for_the_platform(
    server: SmtpServer, tmp_path: Path, content: str | None
) -> None:
    """The user mends one setting, whoever found it."""
    bundle = tmp_path / "wrong.pem"
    if content:
        bundle.write_text(content)
    with pytest.raises(ConfigurationError) as for_mail:
        verified(server, caBundle=str(bundle))
    with pytest.raises(ConfigurationError) as for_platform:
        open_client(stack_config(caBundle=str(bundle)), pytest.fail)
    assert str(for_mail.value) == str(for_platform.value)
    assert not server.logins


@pytest.mark.parametrize("module", ["provider", "connection", "lifecycle"])
def test_an_operation_without_verification_does_not_pay_for_it(module: str) -> None:
    """What speaks SMTP is imported when it is needed."""
    code = f"import sys, pulumi_smtpconfig.{module}; print(*{{'smtplib'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
