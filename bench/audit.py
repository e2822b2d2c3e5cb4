"""`smtpconfig audit` of a fleet's file, beside which the plain client only reads the tenants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.measure import Figures, measured
from bench.tenants import HOSTNAME, body, tenants
from pulumi_smtpconfig.testing import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.platform import Platform

SERVERS = 20
USER, PASSWORD = "bench", "the password of all tenants"
VARIABLE = "SMTP_PASSWORD_BENCH"
OPERATION = "read"
DEFAULTS = {
    "group": "all",
    "platform": "shift",
    "hostname": HOSTNAME,
    "credentials": "idp",
    "password": {"env": VARIABLE},
    "lintIgnore": ["W103"],  # the servers' ports are any
}


@dataclass(frozen=True)
class Audit:
    """An audit, which also writes the page.

    Attributes:
        verifies: Whether it runs an SMTP session for each of `SERVERS` servers.
    """

    verifies: bool = False

    @property
    def name(self) -> str:
        """Its name in tables."""
        return f"audit, {SERVERS} SMTP servers" if self.verifies else "audit"

    def requests(self, _operation: str) -> dict[str, int]:
        """Return how many requests of each kind an operation must send for each tenant."""
        return {"mail": 1}

    def life(
        self, count: int, _latency: float, platform: Platform
    ) -> Iterator[tuple[str, Figures]]:
        """Let a platform have the tenants, audit them, and yield what that took."""
        with (
            _running_servers(SERVERS if self.verifies else 0) as (ports, bundle),
            TemporaryDirectory(prefix="smtpconfig-bench-") as name,
        ):
            declared = {tenant: _settings(tenant, ports) for tenant in tenants(count)}
            platform.fill({tenant: _live(settings) for tenant, settings in declared.items()})
            folder, environment = Path(name), os.environ | platform.variables()
            token = {"token": environment["SMTPCONFIG_TOKEN"], "hostnames": [HOSTNAME]}
            trusted = Path(environment["SMTPCONFIG_CA_BUNDLE"]).read_text("ascii") + bundle
            (folder / "ca.pem").write_text(trusted)
            environment |= {
                "SMTPCONFIG_CREDENTIALS": json.dumps({"idp": token}),
                "SMTPCONFIG_CA_BUNDLE": str(folder / "ca.pem"),
                "SMTPCONFIG_READ_BACK": "admin",
                VARIABLE: PASSWORD,
            }
            file = {"groups": ["all"], "defaults": DEFAULTS, "tenants": declared}
            (folder / "tenants.yaml").write_text(json.dumps(file, indent=1))
            more = ("--html", "page.html", *(["--verify"] if self.verifies else []))
            command = [sys.executable, "-m", "pulumi_smtpconfig", "audit", "tenants.yaml", *more]
            with measured() as figures:
                output = subprocess.check_output(
                    command, cwd=folder, env=environment, text=True, stderr=subprocess.DEVNULL
                )
            if f"{count} clean." not in output.replace(",", ""):
                raise RuntimeError(f"The audit found what is not there: {output[-500:]}")
            yield OPERATION, figures


def _settings(tenant: str, ports: Sequence[int]) -> dict[str, Any]:
    number = int(tenant.rpartition("-")[2])
    settings: dict[str, Any] = {**body(tenant), "user": USER}
    del settings["password"]
    if ports:
        settings |= {"host": SmtpServer.host, "port": str(ports[number % len(ports)])}
    return settings


def _live(settings: dict[str, Any]) -> dict[str, str]:
    return {**settings, "auth": "true", "password": PASSWORD}


class _Servers:
    """SMTP servers as other processes see them."""

    def __init__(self, count: int) -> None:
        self._servers = [SmtpServer() for _ in range(count)]
        for server in self._servers:
            server.users[USER] = PASSWORD
            server.__enter__()

    def ports(self) -> list[int]:
        """Return their ports."""
        return [server.port for server in self._servers]

    def bundle(self) -> str:
        """Return the certificates of their authorities."""
        return "".join(server.ca_bundle.read_text("ascii") for server in self._servers)


class _Manager(BaseManager):
    pass


_Manager.register("Servers", _Servers)


@contextmanager
def _running_servers(count: int) -> Iterator[tuple[list[int], str]]:
    """Run SMTP servers, and yield their ports and whom to trust."""
    with _Manager(ctx=get_context("spawn")) as manager:
        servers = manager.Servers(count)  # type: ignore[attr-defined]  # from register()
        yield servers.ports(), servers.bundle()
