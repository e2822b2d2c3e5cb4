from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.errors import ConfigurationError, NotVerified
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.smtp.advice import UNTRIED_MECHANISM
from tests.authorized_client.clients import open_client, platform_request
from tests.smtp.scripted_server import GREETING, OFFER_STARTTLS, START_TLS, scripted_server
from tests.smtp.smtp_server import SmtpServer, smtp_server
from tests.smtp.verifying import verification
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.interface import Step


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    """Run a server that offers STARTTLS."""
    with smtp_server(tmp_path / "ca.pem") as running:
        yield running


def verify(server: SmtpServer, **settings: str) -> list[Step]:
    """Verify good SMTP settings through a client with these settings of the stack."""
    with closing(AuthorizedClient(stack_config(**settings), pytest.fail)) as client:
        return client.verify(verification(server.port))


@pytest.mark.parametrize("client", [{}, {"connectTo": "127.0.0.1:1"}], ids=str)
def test_the_bundle_applies_to_mail_servers_but_connect_to_does_not(
    server: SmtpServer, client: dict[str, str]
) -> None:
    """A private authority is configured once; `connectTo` is only for the platform."""
    steps = verify(server, caBundle=str(server.ca_bundle), **client)
    assert steps[-1].stage == "MAIL FROM"
    assert len(server.logins) == 1


def test_without_the_bundle_the_operating_system_decides(server: SmtpServer) -> None:
    """A server that it does not trust gets no password."""
    with pytest.raises(NotVerified, match="not trusted"):
        verify(server)
    assert not server.logins


@pytest.mark.parametrize("content", [None, "no PEM"])
def test_a_bad_bundle_is_the_same_error_for_mail_server_and_platform(
    server: SmtpServer, tmp_path: Path, content: str | None
) -> None:
    """The user fixes one setting."""
    bundle = tmp_path / "bad.pem"
    if content:
        bundle.write_text(content)
    with pytest.raises(ConfigurationError) as for_mail:
        verify(server, caBundle=str(bundle))
    with pytest.raises(ConfigurationError) as for_platform:
        AuthorizedClient(stack_config(token="t", caBundle=str(bundle)), pytest.fail).send(
            platform_request()
        )
    assert str(for_mail.value) == str(for_platform.value)
    assert not server.logins


@pytest.mark.parametrize("verify", ["warn", "require"])
def test_a_login_that_cannot_be_tried_here_is_no_wrong_one(
    emulator: Emulator, tmp_path: Path, verify: str
) -> None:
    """With `warn` the warning says so and the settings go; with `require` the error says more."""
    ntlm = b"250-mx\r\n250 AUTH NTLM\r\n"
    warnings: list[str] = []
    both, mail = tmp_path / "both.pem", tmp_path / "mail.pem"
    with scripted_server(GREETING, OFFER_STARTTLS, START_TLS, ntlm, ca_bundle=mail) as server:
        both.write_bytes(mail.read_bytes() + emulator.ca_bundle.read_bytes())
        properties = {
            "platform": "shift",
            "hostname": "idp.example.com",
            "tenantId": "acme",
            "from": "a@acme.example",
            "host": "127.0.0.1",
            "port": server.port,
            "user": "acme",
            "password": "hunter22",
            "verify": verify,
        }
        with open_client(emulator, {"token": emulator.token, "caBundle": str(both)}) as client:
            lifecycle = Lifecycle(client, warnings.append)
            if verify == "require":
                with pytest.raises(NotVerified) as caught:
                    lifecycle.create(properties)
                warnings.append(str(caught.value))
            else:
                lifecycle.create(properties)
    assert ("acme" in emulator.tenants) == (verify == "warn")
    told = warnings[-1]
    assert "uses NTLM, and that cannot be tried here" in told
    assert UNTRIED_MECHANISM in told


@pytest.mark.parametrize("module", ["provider", "authorized_client", "lifecycle.lifecycle"])
def test_an_operation_without_verification_does_not_import_smtplib(module: str) -> None:
    """It is imported when it is first needed."""
    code = f"import sys, pulumi_smtpconfig.{module}; print(*{{'smtplib'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
