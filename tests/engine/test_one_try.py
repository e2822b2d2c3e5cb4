"""Thirty tenants of a stack that share an SMTP login cost one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.engine.conftest import MAIL, UP, declare
from tests.smtp.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

TENANTS = 30


def shared(server: SmtpServer, **changes: Any) -> dict[str, Any]:
    """Return thirty tenants with the same login."""
    login = {"host": "localhost", "port": server.port, "user": USER, "lint_ignore": ["W103"]}
    return {f"t{n}": {**MAIL, "tenant_id": f"t{n}", **login, **changes} for n in range(TENANTS)}


def test_a_shared_login_is_tried_once_in_an_up(
    declared: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    """A wrong one stops an `up`, or warns of each tenant; a good one is one session."""
    with smtp_server(tmp_path / "smtp.pem") as server:
        both = tmp_path / "both.pem"
        both.write_bytes(emulator.ca_bundle.read_bytes() + server.ca_bundle.read_bytes())
        declared.environment["SMTPCONFIG_CA_BUNDLE"] = str(both)
        wrong = {"secret": {"password": "wr0ng-canary"}}
        declare(declared, shared(server, verify="require", **wrong))
        failed = declared.run(*UP)
        assert failed.status
        assert len(server.logins) == 1
        assert not emulator.requests
        declare(declared, shared(server, verify="warn", **wrong))
        warned = declared.must(*UP)
        assert len(server.logins) == 2
        told = set(re.findall(r'Tenant "(t\d+)" on \S+: localhost:\d+ failed at AUTH', warned))
        assert len(told) == TENANTS
        assert "That was for Tenant" in warned
        assert len(emulator.tenants) == TENANTS
        declare(declared, shared(server, verify="require", secret={"password": PASSWORD}))
        declared.must(*UP)
        assert len(server.logins) == server.connections == 3
    assert "canary" not in failed.output + warned
