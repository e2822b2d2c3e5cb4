from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.http.clients import URL
from tests.http.servers import ConnectProxy, address, recording_server, serve, tls_context

HOST = "idp.example.com"
MISSING_BUNDLE = "def where(): raise FileNotFoundError('the bundle of certifi')\n"
SEND = """
import os
import sys

import certifi

from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.http.client import open_client
from pulumi_smtpconfig.tls import load_trust

trust = load_trust(sys.argv[1])
client = open_client(Config(lambda _: None), trust, print)
print(client.send("POST", sys.argv[2], "{}", {}, ()).status, certifi.__file__)
"""


def send(folder: Path, ca_bundle: str, **variables: str) -> str:
    """Return what a program prints that posts without certifi's authorities."""
    (folder / "certifi.py").write_text(MISSING_BUNDLE)
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_PROXY")}
    command = [sys.executable, "-c", SEND, ca_bundle, URL]
    return subprocess.check_output(
        command, env={**clean, "PYTHONPATH": str(folder), **variables}, text=True
    )


@pytest.mark.parametrize("through", ["directly", "through a proxy over https"])
def test_certifi_is_never_asked_whom_to_trust(tmp_path: Path, ca_bundle: str, through: str) -> None:
    """It comes with httpcore; the system's authorities and `caBundle` are trusted, nobody else."""
    with recording_server(ca_bundle, HOST) as server:
        if through == "directly":
            printed = send(tmp_path, ca_bundle, SMTPCONFIG_CONNECT_TO=address(server))
        else:
            proxy = ConnectProxy(address(server))
            context = tls_context(str(tmp_path / "proxy.pem"), "localhost")
            proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
            bundles = Path(ca_bundle), tmp_path / "proxy.pem"
            Path(ca_bundle).write_text("".join(bundle.read_text() for bundle in bundles))
            with serve(proxy):
                port = address(proxy).partition(":")[2]
                printed = send(tmp_path, ca_bundle, HTTPS_PROXY=f"https://localhost:{port}")
            assert proxy.targets == [f"{HOST}:443"]
    assert server.requests == [(HOST, HOST)]
    assert printed.splitlines()[-1] == f"200 {tmp_path / 'certifi.py'}"
