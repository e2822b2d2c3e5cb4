"""Ctrl-C ends a command that waits for a platform, at every stage of a request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.http.servers import address
from tests.http.test_deadlines import ATTACKS, full_backlog, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.http.test_deadlines import Attack

AT_ONCE = 2.0
"""Seconds from Ctrl-C to the end."""

MEASUREMENTS = 3
"""How often a command that ended late is measured again, because the machine may be busy."""

SETTLED = 0.3
"""Seconds until a command surely waits, after it says that it connects."""

COMMAND = [sys.executable, "-m", "pulumi_smtpconfig"]
LOOK_UP_HANGS = """
import runpy, socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
runpy.run_module("pulumi_smtpconfig", run_name="__main__", alter_sys=True)
"""
"""getaddrinfo is replaced, because a silent name server cannot be had in a test."""

STAGES = {
    name: attack for name, attack in ATTACKS.items() if not attack.bounded and attack.size == 2
}


def seconds_to_stop(host: str, ca_bundle: str, command: Sequence[str] = COMMAND) -> float:
    """Interrupt `smtpconfig show` while it waits, and return how long it took to end."""
    arguments = ["--platform", "keycloak", "--hostname", host, "--tenant-id", "acme"]
    bundle = {"SMTPCONFIG_CA_BUNDLE": ca_bundle} if ca_bundle else {}
    variables = {**os.environ, **bundle, "SMTPCONFIG_TOKEN": "t", "SMTPCONFIG_TIMEOUT": "600"}
    fastest = float("inf")
    for _ in range(MEASUREMENTS):
        with running([*command, "show", *arguments], variables) as process:
            assert process.stderr
            assert "Connecting to" in process.stderr.readline()
            time.sleep(SETTLED)
            assert process.poll() is None
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            stderr = process.stderr.read()
            code = process.wait()
        assert (code, stderr.strip()) == (130, "Stopped.")
        fastest = min(fastest, time.monotonic() - began)
        if fastest < AT_ONCE:
            break
    return fastest


@contextmanager
def running(command: Sequence[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process, which is killed if the test fails."""
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("attack", STAGES.values(), ids=STAGES.keys())
def test_ctrl_c_ends_a_request_at_each_stage(
    attack: Attack, ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeout does not have to pass."""
    with ExitStack() as servers:
        url = start(attack, ca_bundle, servers, monkeypatch)
        assert seconds_to_stop(url.split("/")[2], ca_bundle) < AT_ONCE


def test_ctrl_c_ends_a_connection() -> None:
    """The address never answers."""
    with full_backlog() as server:
        assert seconds_to_stop(address(server), "") < AT_ONCE


def test_ctrl_c_ends_a_look_up() -> None:
    """Nothing can end getaddrinfo, so nothing waits for it."""
    command = [sys.executable, "-c", LOOK_UP_HANGS]
    assert seconds_to_stop("idp.example.com", "", command) < AT_ONCE
