"""`smtpconfig export` against the emulator of the platform."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Fault
from tests.cli.command import MODULE, document, smtpconfig
from tests.cli.terminal import terminal
from tests.exported import arguments_of, fleet_arguments_of

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from pulumi_smtpconfig.emulator import Emulator

LIVE = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": "587",
    "starttls": "true",
    "ssl": "false",
    "auth": "true",
    "authType": "basic",
    "user": "acme",
    "password": "c4n4ry",
}
KEYCLOAK = "--platform", "keycloak", "--hostname", "idp.example.com", "--base-path", "/auth"
DECLARED = {
    "platform": "keycloak",
    "hostname": "idp.example.com",
    "base_path": "/auth",
    "tenant_id": "acme",
    "host": "smtp.acme.example",
    "from_": "no-reply@acme.example",
    "port": 587,
    "starttls": True,
    "ssl": False,
    "user": "acme",
    "password_from": "env:SMTP_PASSWORD_ACME",
}
MASK = "*" * 10
AT_ONCE, MEASUREMENTS = 2.0, 3
"""Seconds from Ctrl-C to the end, and how often a late one is measured again."""


@pytest.fixture
def platform(emulator: Emulator) -> Emulator:
    """A platform with a tenant that has mail settings."""
    emulator.tenants["acme"] = dict(LIVE)
    return emulator


def export(emulator: Emulator, *more: str, **variables: str) -> Result:
    """Export from Keycloak's API below /auth."""
    environment = {**emulator.environment, "SMTPCONFIG_RETRIES": "0", **variables}
    return smtpconfig("export", *KEYCLOAK, *more, **environment)


def test_a_program_declares_what_a_tenant_has(platform: Emulator) -> None:
    """The password is a reference to a variable, named in the program and on standard error."""
    result = export(platform, "acme")
    assert result.exit_code == 0, result.output
    assert arguments_of(result.stdout) == {"acme": DECLARED}
    listed = 'SMTP_PASSWORD_ACME  password of tenant "acme"'
    assert f"#   {listed}\n" in result.stdout
    assert f"  {listed}\n" in result.stderr


def test_a_fleet_declares_the_same(platform: Emulator, tmp_path: Path) -> None:
    """Its own parser reads the arguments of the program, with a named set of credentials."""
    result = export(platform, "acme", "--format", "fleet", "--credentials", "")
    assert result.exit_code == 0, result.output
    arguments = fleet_arguments_of(result.stdout, tmp_path)
    assert arguments == {"acme": DECLARED | {"credentials": "idp"}}


def test_tenants_without_settings_and_failures_are_told(platform: Emulator) -> None:
    """Everything that could be read is written; the exit code tells that some could not."""
    platform.tenants["closed"] = dict(LIVE)
    result = export(platform, "acme", "empty", "closed\N{LATIN SMALL LETTER SHARP S}")
    assert (result.exit_code, [*arguments_of(result.stdout)]) == (0, ["acme"])
    assert 'Without mail settings, so not declared: "empty", "closedß".' in result.stderr
    platform.role = "query-realms"
    refused = export(platform, "acme", "empty", "--json")
    assert refused.exit_code == 1
    assert refused.stderr.count("view-realm") == 2
    assert "2 of 2 tenants could not be read" in refused.stderr
    shown = document(refused)
    assert [each["result"] for each in shown["tenants"]] == ["failed", "failed"]
    assert "view-realm" in shown["tenants"][0]["remedy"]
    assert shown["text"] is None


def test_json_has_every_tenant_and_the_text(platform: Emulator, tmp_path: Path) -> None:
    """With a file, the text is there instead."""
    shown = document(export(platform, "acme", "empty", "--json"))
    assert [each["result"] for each in shown["tenants"]] == ["declared", "no settings"]
    assert shown["variables"] == ["SMTP_PASSWORD_ACME"]
    assert arguments_of(shown["text"]) == {"acme": DECLARED}
    path = tmp_path / "program.py"
    written = document(export(platform, "acme", "--json", "--output", str(path)))
    assert (written["text"], written["output"]) == (None, str(path))
    assert arguments_of(path.read_text("utf-8")) == {"acme": DECLARED}


def test_a_file_is_replaced_by_force_alone(platform: Emulator, tmp_path: Path) -> None:
    """Nothing is read before; a link and the file's mode stay, and no other file is left."""
    path, link = tmp_path / "program.py", tmp_path / "link.py"
    path.write_text("mine")
    path.chmod(0o640)
    link.symlink_to(path)
    refused = export(platform, "acme", "--output", str(path))
    assert (refused.exit_code, path.read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert not platform.requests
    assert export(platform, "acme", "--output", str(link), "--force").exit_code == 0
    assert arguments_of(path.read_text()) == {"acme": DECLARED}
    assert link.is_symlink()
    assert {*tmp_path.iterdir()} == {path, link}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    "path", ["/dev/null", "missing/program.py", ".", "x" * 300, "x" * 300 + "/y", "a\0b"], ids=repr
)
def test_what_is_no_path_of_a_file_is_refused(platform: Emulator, path: str) -> None:
    """Before anything is read, and by force too."""
    refused = export(platform, "acme", "--force", "--output", path)
    assert (refused.exit_code, platform.requests) == (2, [])
    assert "output: is " in refused.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--platform", "shift"), "SHIFT offers no list of its tenants"),
        (("--platform", "ssms", "a", "A"), "names one tenant of SSMS in two spellings"),
        (("--format", "xml", "acme"), 'format: must be "python" or "fleet"'),
        (("--platform", "ssms", "a_b"), "TENANT: must be a DNS label"),
    ],
    ids=str,
)
def test_invalid_options_are_told_before_anything_is_read(
    options: tuple[str, ...], text: str
) -> None:
    """The exit code is 2."""
    given = ("--platform", "keycloak", "--hostname", "idp.example.com", *options)
    result = smtpconfig("export", *given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert text in result.stderr


@pytest.mark.parametrize(("name", "title"), [("shift", "SHIFT"), ("ssms", "SSMS")])
def test_a_platform_that_is_not_read_is_an_error(emulator: Emulator, name: str, title: str) -> None:
    """It says so, and how to turn reading on."""
    given = ("--platform", name, "--hostname", "idp.example.com", "acme")
    result = smtpconfig("export", *given, **emulator.environment)
    assert result.exit_code == 3
    assert f"Reading mail settings from {title} is not enabled." in result.stderr
    assert "set SMTPCONFIG_READ" in result.stderr


def test_shift_is_exported_where_reading_is_on(platform: Emulator) -> None:
    """By the same way as show reads it."""
    given = ("--platform", "shift", "--hostname", "idp.example.com", "acme")
    variables = {**platform.environment, "SMTPCONFIG_READ_BACK": "admin"}
    result = smtpconfig("export", *given, **variables)
    expected = {key: value for key, value in DECLARED.items() if key != "base_path"}
    assert arguments_of(result.stdout) == {"acme": expected | {"platform": "shift"}}


def test_a_value_with_a_secret_is_left_out(platform: Emulator) -> None:
    """A comment says so; the access token is one too."""
    platform.tenants["acme"]["fromDisplayName"] = f"x {platform.token}"
    result = export(platform, "acme")
    assert platform.token not in result.output
    assert arguments_of(result.stdout) == {"acme": DECLARED}
    assert "# fromDisplayName is missing here, because" in result.stdout


@pytest.mark.parametrize("form", ["python", "fleet"])
def test_the_user_of_a_token_url_is_left_out(platform: Emulator, form: str) -> None:
    """It may be a password, and no program can declare it."""
    platform.tenants["acme"] |= {
        "authType": "token",
        "authTokenUrl": "https://client:t0k3n@login.acme.example/token",
        "authTokenClientId": "client",
        "authTokenClientSecret": MASK,
    }
    result = export(platform, "acme", "--format", form)
    assert result.exit_code == 0, result.output
    assert "t0k3n" not in result.output
    assert "# authTokenUrl is missing here, because" in result.stdout.replace("  #", "#")


def test_the_query_of_a_token_url_is_pointed_out(platform: Emulator) -> None:
    """It is declared, because some endpoints need one, but it may hold a secret."""
    url = "https://login.acme.example/token?tenant=7"
    token_login = {"authType": "token", "authTokenUrl": url, "authTokenClientId": "client"}
    platform.tenants["acme"] |= token_login | {"authTokenClientSecret": MASK}
    shown = export(platform, "acme").stdout
    assert arguments_of(shown)["acme"]["auth_token_url"] == url
    assert "# authTokenUrl has a query, which is declared as it is." in shown


def test_a_secret_of_one_tenant_is_left_out_of_all(platform: Emulator) -> None:
    """A platform may answer a password in clear, and another tenant may repeat it."""
    clear = {"smtpServer": LIVE | {"password": "wh0le-0ther"}}
    repeated = {"smtpServer": LIVE | {"fromDisplayName": "is wh0le-0ther"}}
    platform.order(*(Fault(200, json.dumps(each), on="read") for each in (clear, repeated)))
    result = export(platform, "acme", "other")
    assert [*arguments_of(result.stdout)] == ["acme", "other"]
    assert "wh0le-0ther" not in result.output
    assert "# fromDisplayName is missing here, because" in result.stdout


def test_many_tenants_are_read_at_once_with_one_token(platform: Emulator) -> None:
    """The order is the one of the arguments, each tenant is read once, and names are unique."""
    names = [f"t{number}" for number in range(40)]
    platform.tenants.update({name: dict(LIVE) for name in names})
    platform.latency = 0.05
    began = time.monotonic()
    result = export(platform, *names, names[0])
    assert [*arguments_of(result.stdout)] == names
    assert len(platform.requests) == len(names)
    assert time.monotonic() - began < len(names) * platform.latency + AT_ONCE


def test_a_terminal_shows_the_progress(platform: Emulator) -> None:
    """Beside the spinner, on standard error."""
    platform.tenants["other"] = dict(LIVE)
    with terminal("export", *KEYCLOAK, "acme", "other", **platform.environment) as screen:
        assert screen.end() == 0
    assert "Reading mail settings" in screen.shown


def test_ctrl_c_ends_at_once_and_leaves_no_file(platform: Emulator, tmp_path: Path) -> None:
    """Whatever the platform has not answered yet."""
    platform.latency = 30
    fastest = float("inf")
    variables = {**os.environ, **platform.environment, "SMTPCONFIG_TIMEOUT": "600"}
    command = [*MODULE, "export", *KEYCLOAK, "acme", "other", "--output", str(tmp_path / "p.py")]
    for number in range(MEASUREMENTS):
        with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as process:
            while len(platform.requests) < 2 * (number + 1):
                time.sleep(0.01)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stderr
            stderr, code = process.stderr.read(), process.wait()
        assert (code, stderr.splitlines()[-1]) == (130, "Stopped.")
        fastest = min(fastest, time.monotonic() - began)
        if fastest < AT_ONCE:
            break
    assert fastest < AT_ONCE
    assert not [*tmp_path.iterdir()]
