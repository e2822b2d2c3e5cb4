"""What a user of `smtpconfig audit` sees and gets, also when it does not go well."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from dns.resolver import BaseResolver

from pulumi_smtpconfig.emulator import Fault
from tests.audit.auditing import KEYCLOAK, LIVE, audit, codes, tenants
from tests.cli.command import MODULE, document, smtpconfig
from tests.cli.terminal import terminal
from tests.smtp.scripted_server import Act, scripted_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tests.audit.dns_server import DnsServer

AT_ONCE, MEASUREMENTS = 3.0, 3
"""Seconds from Ctrl-C to the end, and how often a late one is measured again."""


@pytest.fixture
def platform(emulator: Emulator) -> Emulator:
    """A platform with three tenants."""
    emulator.tenants.update({name: dict(LIVE) for name in ("acme", "beta", "gamma")})
    return emulator


@contextmanager
def hanging_read(platform: Emulator, _: DnsServer) -> Iterator[tuple[str, ...]]:
    """Let the platform answer for all tenants but one."""
    platform.order(Fault(delay=60, on="read"))
    yield ()


@contextmanager
def hanging_session(platform: Emulator, _: DnsServer) -> Iterator[tuple[str, ...]]:
    """Let an SMTP server say nothing."""
    with scripted_server(Act.SILENCE) as server:
        for tenant in platform.tenants.values():
            tenant.update({"host": "127.0.0.1", "port": str(server.port), "user": ""})
        yield ("--verify",)


@contextmanager
def hanging_look_up(_: Emulator, dns_server: DnsServer) -> Iterator[tuple[str, ...]]:
    """Let a DNS server say nothing."""
    dns_server.silent.add("acme.example")
    yield ("--dns", "--dns-server", dns_server.address)


@pytest.mark.parametrize("hanging", [hanging_read, hanging_session, hanging_look_up])
def test_ctrl_c_tells_at_once_what_is_known(
    platform: Emulator, dns_server: DnsServer, tmp_path: Path, hanging: Callable[..., Any]
) -> None:
    """Whatever hangs: the JSON and the page are whole, and say that they are not complete."""
    page = tmp_path / "page.html"
    environment = {**os.environ, **platform.environment, "SMTPCONFIG_TIMEOUT": "600"}
    fastest = float("inf")
    for _ in range(MEASUREMENTS):
        platform.requests.clear()
        with ExitStack() as stack:
            more = stack.enter_context(hanging(platform, dns_server))
            command = [*MODULE, "audit", *KEYCLOAK, "--json", "--html", str(page), *more]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            process = stack.enter_context(
                subprocess.Popen(command, env=environment, text=True, **pipes)  # type: ignore[call-overload]
            )
            while len(platform.requests) < 4:
                time.sleep(0.01)
            time.sleep(0.7)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate()
        assert (process.returncode, stderr.splitlines()[-1]) == (130, "Stopped.")
        shown = json.loads(stdout)
        assert shown["isComplete"] is False
        assert shown["counts"]["unknown"] == (hanging is hanging_read)
        assert len(shown["tenants"]) == 3
        assert "no-reply@acme.example" in page.read_text()
        fastest = min(fastest, time.monotonic() - began)
        if fastest < AT_ONCE:
            break
    assert fastest < AT_ONCE


def test_a_table_that_was_stopped_says_so(platform: Emulator) -> None:
    """In its last line, at a terminal too."""
    platform.order(Fault(delay=60, on="read"))
    with terminal("audit", *KEYCLOAK, "--all", **platform.environment) as screen:
        screen.wait_for("2 of 3 tenants")
        screen.type(b"\x03")
        assert screen.end() == 130
    assert "The audit was stopped; this is what was known by then." in screen.shown
    assert "Traceback" not in screen.shown


def test_a_terminal_shows_the_progress_and_colours(platform: Emulator) -> None:
    """A pipe gets one line on standard error, and the table alone on standard output."""
    platform.latency = 0.3
    with terminal("audit", *KEYCLOAK, "--all", **platform.environment) as screen:
        assert screen.end() == 0
    assert "tenants ..." in screen.shown
    assert "\x1b[32mclean" in screen.shown
    result = audit(platform)
    first, warning = result.stderr.splitlines()
    assert first == "Finding the tenants ..."
    assert warning.startswith("Warning: SMTPCONFIG_CONNECT_TO is set")
    assert result.stdout == "3 tenants of idp.example.com: 3 clean.\n"


@pytest.mark.parametrize(
    "path", ["missing/page.html", ".", "/dev/null", "x" * 300, "a\0b"], ids=repr
)
def test_a_page_that_cannot_be_a_file_is_refused(platform: Emulator, path: str) -> None:
    """Before anything is read."""
    result = audit(platform, "--html", path)
    assert (result.exit_code, platform.requests) == (2, [])
    assert "--html: " in result.stderr


def test_a_page_that_cannot_be_written_does_not_hide_the_table(platform: Emulator) -> None:
    """The audit may have taken long."""
    result = audit(platform, "--html", "/proc/page.html", "--all")
    assert result.exit_code == 3
    assert "acme" in result.stdout
    assert "/proc/page.html" not in result.stdout
    assert "Could not write /proc/page.html" in result.stderr
    assert "check --html" in result.stderr
    shown = document(audit(platform, "--html", "/proc/page.html", "--json"))
    assert shown["counts"]["ok"] == 3
    assert "Could not write" in shown["happened"]


def test_a_page_replaces_the_one_of_yesterday(platform: Emulator, tmp_path: Path) -> None:
    """Nothing else is left in the folder, and the last line has its path."""
    page = tmp_path / "page.html"
    page.write_text("yesterday")
    result = audit(platform, "--html", str(page))
    assert result.stdout.endswith(f"The page was written to {page}.\n")
    assert "yesterday" not in page.read_text()
    assert [*tmp_path.iterdir()] == [page]


def test_no_secret_is_in_any_output(platform: Emulator, tmp_path: Path) -> None:
    """Wherever a platform may have put it, and in the words of its errors."""
    token, clear = platform.token, "s3cret-in-clear"
    url = f"https://client:{clear}@login.acme.example/token"
    platform.tenants["acme"] |= {"fromDisplayName": token, "host": f"{token}.example"}
    platform.tenants["beta"] |= {"authType": "token", "authTokenUrl": url, "replyTo": clear}
    page = tmp_path / "page.html"
    for answer in (Fault(500, json.dumps({"errorMessage": f"Not {token}"}), on="read"), Fault()):
        platform.order(answer)
        for more in ((), ("--json",)):
            output = audit(platform, "--html", str(page), *more).output
            for text in (output, page.read_text()):
                assert token not in text
                assert clear not in text
    found = tenants(audit(platform, "--json"))
    assert "A108" in codes(found["acme"])


def test_two_hundred_realms_are_counted(emulator: Emulator, tmp_path: Path) -> None:
    """In the last line, in JSON and on the page, which are read with one request each."""
    for number in range(200):
        emulator.tenants[f"t{number}"] = {} if number % 20 == 0 else dict(LIVE)
    page = tmp_path / "page.html"
    result = audit(emulator, "--html", str(page))
    assert result.stdout.splitlines()[-1].startswith(
        "200 tenants of idp.example.com: 10 with warnings, 190 clean."
    )
    assert len(emulator.requests) == 201
    assert "t199" in page.read_text()


@pytest.mark.parametrize("content", ["", "# nothing\n", "search acme.example\n"], ids=repr)
def test_a_machine_without_dns_servers_is_told_before_anything_is_read(
    platform: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """An audit of an hour does not end without its table."""
    (tmp_path / "resolv.conf").write_text(content)
    path = str(tmp_path / "resolv.conf")
    monkeypatch.setattr(BaseResolver.__init__, "__defaults__", (path, True))
    result = audit(platform, "--dns")
    assert (result.exit_code, platform.requests) == (2, [])
    assert "--dns: needs a DNS server" in result.stderr
    assert "--dns-server" in result.stderr


def test_one_tenant_is_one_tenant(emulator: Emulator) -> None:
    """In the singular."""
    emulator.tenants["acme"] = dict(LIVE)
    assert audit(emulator).stdout == "1 tenant of idp.example.com: 1 clean.\n"


def test_an_audit_of_no_tenant_has_not_passed(emulator: Emulator, tmp_path: Path) -> None:
    """A token that lost its roles sees no realm, and nobody would notice for months."""
    page = tmp_path / "page.html"
    result = audit(emulator, "--html", str(page))
    assert result.exit_code == 1
    assert result.stdout.startswith("0 tenants of idp.example.com. No tenant was found")
    assert "No tenant was found" in page.read_text()
    (notice,) = document(audit(emulator, "--json"))["notices"]
    assert notice.startswith("No tenant was found")
    assert audit(emulator, "--fail-on", "warning").exit_code == 1
    assert audit(emulator, "--fail-on", "never").exit_code == 0


@pytest.mark.parametrize("further", [(), ("--verify",), ("--dns",), ("--verify", "--dns")], ids=str)
def test_what_was_looked_at_is_told(
    platform: Emulator, dns_server: DnsServer, tmp_path: Path, further: tuple[str, ...]
) -> None:
    """In JSON and on the page, so that nobody takes settings for a login that worked."""
    page = tmp_path / "page.html"
    verify, dns = "--verify" in further, "--dns" in further
    options = [*further, *["--dns-server", dns_server.address] * dns]
    for tenant in platform.tenants.values():
        tenant.update({"host": "127.0.0.1", "port": "1"})
    shown = document(audit(platform, "--html", str(page), "--json", *options))
    assert (shown["verify"], shown["dns"]) == (verify, dns)
    text = page.read_text()
    looked, _, not_looked = text.partition("Checked:")[2].partition("</p>")[0].partition("Not ")
    for part, was in (("SMTP sessions", verify), ("DNS records", dns)):
        assert (part in looked, part in not_looked) == (was, not was)
    assert "settings" in looked


def test_a_platform_without_a_list_needs_its_tenants_named(emulator: Emulator) -> None:
    """Of KOBIL's platforms, and they need reading to be on."""
    shift = ("audit", "--platform", "shift", "--hostname", "idp.example.com")
    variables = emulator.environment
    refused = smtpconfig(*shift, **variables)
    assert (refused.exit_code, emulator.requests) == (2, [])
    assert "--tenant-id: is required: SHIFT offers no list" in refused.stderr
    emulator.tenants["acme"] = dict(LIVE)
    off = tenants(smtpconfig(*shift, "--tenant-id", "acme", "--json", **variables))["acme"]
    assert (off["state"], codes(off)) == ("unknown", ["A102"])
    on = variables | {"SMTPCONFIG_READ_BACK": "admin"}
    found = tenants(smtpconfig(*shift, "--tenant-id", "acme", "--json", **on))["acme"]
    assert (found["state"], found["areLive"]) == ("ok", True)
