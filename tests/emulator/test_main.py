import re
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.emulator.requests import (
    FORM,
    REALM,
    SETTINGS,
    SHIFT,
    SSMS,
    TOKEN,
    connect,
    handshake,
    send,
)
from tests.emulator.terminal import COMMAND, terminal


def refusal(*arguments: str, folder: Path | None = None) -> str:
    """Run the command, which exits with 1, and return its error output."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def without_times(line: str) -> str:
    """Return what is shown of a request, without when it came and how long it took."""
    match = re.fullmatch(r"\d\d:\d\d:\d\d (.*?) \d+ ms( .*)?\n?", line)
    assert match, line
    return match[1] + (match[2] or "")


def shown(process: subprocess.Popen[str]) -> str:
    """Return the next line of a request."""
    assert process.stdout
    return without_times(process.stdout.readline())


def test_pasted_lines_point_to_it_and_requests_are_shown() -> None:
    """The variables lead to the emulator, which prints each request with its response's status."""
    with terminal() as (process, environment):
        assert send(environment, SSMS).status_code == 200
        assert send(environment, SHIFT + "/?q=1", b"").status_code == 404
        assert shown(process) == (
            '200 POST tenant="DEV3" DEV3.idp.example.com:8443/digitanium/v4/mail/config '
            'host="smtp.example.com", from="a@example.com", port="587", password=********'
        )
        assert shown(process) == (
            "404 POST tenant=null idp.example.com/auth/realms/acme/mail/setup/"
        )
        send(environment, REALM + "?q=1", method="GET")
        assert shown(process) == '200 GET tenant="acme" idp.example.com/auth/admin/realms/acme'


def test_a_shown_request_holds_no_secret() -> None:
    """No password, however short or misspelt, no token and no control character is shown."""
    with terminal() as (process, environment):
        token = environment["SMTPCONFIG_TOKEN"]
        for number, password in enumerate(("x", "a much longer password")):
            body = {**SETTINGS, "password": password, "passwd": password, "user": token}
            send(environment, SHIFT.replace("acme", f"{number}{token}%1B%0A") + f"?q={token}", body)
            assert shown(process) == (
                f'200 POST tenant="{number}********\\u001b\\n" '
                f"idp.example.com/auth/realms/{number}********%1B%0A/mail/setup "
                'host="smtp.example.com", from="a@example.com", port="587", '
                'password=********, passwd=********, user="********"'
            )


def test_the_commented_lines_switch_to_oauth2_and_granted_tokens_are_never_shown() -> None:
    """They replace the fixed token; a token request is shown as path and status only."""
    with terminal(oauth2=True) as (process, environment):
        assert environment.setdefault("SMTPCONFIG_TOKEN", "none") == "none"
        secret = environment["SMTPCONFIG_CLIENT_SECRET"]
        client = {"client_id": environment["SMTPCONFIG_CLIENT_ID"], "client_secret": secret}
        names = {"hostname": "idp.example.com", "tenantId": "DEV3"}
        url = environment["SMTPCONFIG_TOKEN_URL"].format(**names)
        assert url == TOKEN.replace("acme", "DEV3")

        def ask(**form: str) -> httpx.Response:
            body = urlencode({**client, **form}).encode()
            return send(environment, url, body, **{"Content-Type": FORM})

        token = ask(grant_type="client_credentials").json()["access_token"]
        environment["SMTPCONFIG_TOKEN"] = token
        ask(grant_type="password", username="canary", password="canary")
        send(environment, url, {**client, **SETTINGS})
        send(environment, f"{SSMS}?q={token}", {**SETTINGS, "user": token, "replyTo": secret})
        process.terminate()
        lines = list(map(without_times, process.communicate(timeout=30)[0].splitlines()[:4]))
    path = url.removeprefix("https://")
    assert lines[:3] == [f'{status} POST tenant="DEV3" {path}' for status in (200, 401, 400)]
    assert lines[3].endswith('password=********, user="********", replyTo="********"')


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_stops_it_and_nothing_remains(number: signal.Signals) -> None:
    """Even if sent twice: it says what to unset, exits with 0, and its port is free again."""
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


def test_bad_connections_do_no_harm() -> None:
    """Plain http, garbage inside TLS and a broken handshake neither print nor stop anything."""
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


def test_a_failed_start_is_explained_in_one_line(emulator: Emulator, tmp_path: Path) -> None:
    """A taken port and a missing extra are one line each, with what to do."""
    taken = refusal("--port", emulator.address.split(":")[1])
    assert re.fullmatch(r"Could not start the emulator on 127.*another port.*\n", taken)
    (tmp_path / "trustme.py").write_text("raise ModuleNotFoundError(\"No module named 'trustme'\")")
    missing = refusal(folder=tmp_path)
    assert re.fullmatch(r".*'trustme'.*pip install 'pulumi-smtpconfig\[emulator\]'\n", missing)
