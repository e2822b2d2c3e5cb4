"""The emulator as a process in a terminal."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.reads import REALM
from tests.emulator.requests import SETTINGS, SHIFT, SSMS, connect, handshake, send
from tests.emulator.terminal import COMMAND, terminal


def refusal(*arguments: str, folder: Path | None = None) -> str:
    """What the command prints when it leaves with 1; nothing else is printed."""
    ended = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_pasted_lines_lead_to_it_and_requests_are_shown() -> None:
    """The variables reach it, and each request is a line that is there with its answer."""
    with terminal() as (process, environment):
        assert send(environment, SSMS).status_code == 200
        assert send(environment, SHIFT + "/?q=1", b"").status_code == 404
        assert process.stdout
        assert process.stdout.readline() == (
            'POST DEV3.idp.example.com:8443/digitanium/v4/mail/config tenant="DEV3" 200 '
            '{"host": "smtp.example.com", "from": "a@example.com", "port": "587", '
            '"password": "********"}\n'
        )
        assert process.stdout.readline() == (
            "POST idp.example.com/auth/realms/acme/mail/setup/ tenant=null 404\n"
        )
        send(environment, REALM + "?q=1", method="GET")
        assert process.stdout.readline() == (
            'GET idp.example.com/auth/admin/realms/acme tenant="acme" 200\n'
        )


def test_a_shown_request_holds_no_secret() -> None:
    """No password of whatever length, no misspelt one, no token, no control character is shown."""
    with terminal() as (process, environment):
        token = environment["SMTPCONFIG_TOKEN"]
        assert process.stdout
        for password in ("x", "a much longer password"):
            body = {**SETTINGS, "password": password, "passwd": password, "user": token}
            send(environment, SHIFT.replace("acme", f"{token}%1B%0A") + f"?q={token}", body)
            assert process.stdout.readline() == (
                "POST idp.example.com/auth/realms/********%1B%0A/mail/setup "
                'tenant="********\\u001b\\n" 200 '
                '{"host": "smtp.example.com", "from": "a@example.com", "port": "587", '
                '"password": "********", "passwd": "********", "user": "********"}\n'
            )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_it_with_nothing_left(number: signal.Signals) -> None:
    """However often it comes: it says what to unset, leaves with 0, and can start there again."""
    with terminal() as (process, environment):
        send(environment, SHIFT)
        process.send_signal(number)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    unset, _, names = output.splitlines()[-1].partition(" ")
    assert unset == "unset"
    assert names.replace("SMTPCONFIG_", "") == (
        "TOKEN CA_BUNDLE CONNECT_TO CLIENT_ID CLIENT_SECRET TOKEN_URL"
    )
    assert not Path(environment["SMTPCONFIG_CA_BUNDLE"]).parent.exists()
    with terminal("--port", environment["SMTPCONFIG_CONNECT_TO"].split(":")[1]) as (_, again):
        assert send(again, SHIFT).status_code == 200


def test_strangers_at_the_door_are_no_trouble() -> None:
    """Plain http, garbage within TLS and a broken handshake print nothing and end nothing."""
    with terminal() as (process, environment):
        with connect(environment) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.recv(1000)
        with handshake(environment, "idp.example.com") as tls:
            tls.sendall(b"garbage\r\n\r\n")
            assert b" 400 " in tls.recv(1000)
        assert send(environment, SHIFT).status_code == 200
        process.terminate()
        assert process.communicate(timeout=30)[1] == ""


def test_a_command_that_cannot_start_says_why_in_a_line(emulator: Emulator, tmp_path: Path) -> None:
    """A taken port and a missing extra are one line each, with what to do."""
    taken = refusal("--port", emulator.address.split(":")[1])
    assert re.fullmatch(r"Could not start the emulator on 127.*another port.*\n", taken)
    (tmp_path / "trustme.py").write_text("raise ModuleNotFoundError(\"No module named 'trustme'\")")
    missing = refusal(folder=tmp_path)
    assert re.fullmatch(r".*'trustme'.*pip install 'pulumi-smtpconfig\[emulator\]'\n", missing)
