"""`smtpconfig audit --verify` against real SMTP servers."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_smtpconfig.audit import sessions
from pulumi_smtpconfig.smtp.verifier import Verifier
from tests.audit.auditing import LIVE, audit, audit_declared, codes, tenants
from tests.audit.limited_server import limited_server
from tests.cli.command import document
from tests.smtp.scripted_server import Act, Drip, scripted_server
from tests.smtp.smtp_server import PASSWORD, USER, smtp_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from pulumi_smtpconfig.emulator import Emulator
    from tests.smtp.smtp_server import SmtpServer

HEAD = {
    "platform": "keycloak",
    "basePath": "/auth",
    "hostname": "idp.example.com",
    "credentials": "idp",
    "group": "eu",
    "host": "127.0.0.1",
    "from": "no-reply@acme.example",
    "user": USER,
    "password": {"env": "SMTP_PASSWORD_ACME"},
    "lintIgnore": ["W103"],  # the ports here are any
}
SILENT_SECONDS = 0.5


class Fleet:
    """A platform with tenants, and the file that declares them.

    Attributes:
        servers: The SMTP servers that its settings name.
    """

    def __init__(self, emulator: Emulator, folder: Path, stack: ExitStack) -> None:
        self._emulator = emulator
        self._folder = folder
        self._stack = stack
        self._tenants: dict[str, dict[str, Any]] = {}
        self._bundles = [emulator.ca_bundle]

    def server(self, **options: Any) -> SmtpServer:
        """Run an SMTP server whose certificate is trusted."""
        bundle = self._folder / f"ca-{len(self._bundles)}.pem"
        self._bundles.append(bundle)
        return self._stack.enter_context(smtp_server(bundle, **options))

    def declare(self, name: str, port: object, **settings: Any) -> None:
        """Declare a tenant, and give the platform what a program would send for it."""
        self._tenants[name] = {"port": port, **settings}
        live = LIVE | {"host": "127.0.0.1", "port": str(port), "user": USER}
        plain = {key: str(value) for key, value in settings.items() if key != "password"}
        self._emulator.tenants[name] = live | plain

    def verify(self, *more: str, password: str = PASSWORD, **variables: str) -> Result:
        """Audit the file's tenants with SMTP sessions."""
        file = {"groups": ["eu"], "defaults": HEAD, "tenants": self._tenants}
        (self._folder / "tenants.yaml").write_text(json.dumps(file))
        bundle = self._folder / "all.pem"
        bundle.write_text("".join(each.read_text() for each in self._bundles))
        sets = {"idp": {"token": self._emulator.token, "hostnames": ["idp.example.com"]}}
        return audit_declared(
            self._emulator,
            *(str(self._folder / "tenants.yaml"), "--verify", "--json", *more),
            SMTPCONFIG_CREDENTIALS=json.dumps(sets),
            SMTPCONFIG_CA_BUNDLE=str(bundle),
            SMTP_PASSWORD_ACME=password,
            **variables,
        )


@pytest.fixture
def fleet(emulator: Emulator, tmp_path: Path) -> Iterator[Fleet]:
    """A platform without tenants."""
    with ExitStack() as stack:
        yield Fleet(emulator, tmp_path, stack)


def smtp_codes(tenant: dict[str, Any]) -> list[str]:
    """Return the codes of what a session found; servers without TLS have others."""
    return [code for code in codes(tenant) if code.startswith("A2")]


def said(result: Result) -> dict[str, str]:
    """Return what became of each tenant's session."""
    return {name: each["session"] for name, each in tenants(result).items()}


def test_tenants_with_one_server_and_login_share_a_session(fleet: Fleet) -> None:
    """One connection and one login for ten, and each sender is asked for in it."""
    server = fleet.server()
    for number in range(10):
        fleet.declare(f"t{number}", server.port, **{"from": f"t{number % 5}@acme.example"})
    result = fleet.verify()
    assert set(said(result).values()) == {"login accepted"}
    assert (server.connections, len(server.logins)) == (1, 1)
    assert sorted(server.senders) == [f"t{number}@acme.example" for number in range(5)]
    assert server.logins[0][1:] == (USER, PASSWORD, True)


def test_two_logins_at_one_server_are_two_sessions(fleet: Fleet) -> None:
    """The one that is refused is told for those that use it alone, and tried once."""
    server = fleet.server()
    for number in range(4):
        fleet.declare(f"good{number}", server.port)
        fleet.declare(f"bad{number}", server.port, user="other")
    result = fleet.verify()
    assert result.exit_code == 1
    assert sorted(user for _, user, _, _ in server.logins) == [USER, "other"]
    assert server.connections == 2
    for name, tenant in tenants(result).items():
        is_refused = name.startswith("bad")
        assert codes(tenant) == ["A201"] * is_refused
        assert tenant["session"] == ("failed at AUTH" if is_refused else "login accepted")
        assert all("535" in each["why"] for each in tenant["findings"])


def test_a_sender_that_is_refused_is_told_for_those_that_have_it(fleet: Fleet) -> None:
    """The others go on in the same session."""
    server = fleet.server()
    server.refused.add("t1@acme.example")
    for number in range(3):
        fleet.declare(f"t{number}", server.port, **{"from": f"t{number}@acme.example"})
    result = fleet.verify()
    assert said(result) == {
        "t0": "login accepted",
        "t1": "failed at MAIL FROM",
        "t2": "login accepted",
    }
    assert server.connections == 1


@pytest.mark.parametrize(
    ("hours", "code", "words"),
    [
        (12, "A203", "expires in less than a day"),
        (36, "A203", "expires in 1 day,"),
        (60, "A203", "expires in 2 days"),
        (24 * 10 + 1, "A202", "expires in 10 days"),
        (24 * 30, "", ""),
    ],
)
def test_the_end_of_a_certificate_is_foretold(
    fleet: Fleet, hours: int, code: str, words: str
) -> None:
    """To all tenants of the server; it is an error when little time is left."""
    ends = datetime.now(timezone.utc) + timedelta(hours=hours, minutes=5)
    server = fleet.server(valid_until=ends)
    for name in ("acme", "globex"):
        fleet.declare(name, server.port)
    for tenant in tenants(fleet.verify()).values():
        assert codes(tenant) == [code][: len(code)]
        assert tenant["certificateDays"] == hours // 24
        assert words in "".join(each["why"] for each in tenant["findings"])


def test_a_certificate_that_has_ended_is_an_error(fleet: Fleet) -> None:
    """No mail is sent, and no password."""
    server = fleet.server(valid_until=datetime.now(timezone.utc) - timedelta(days=1))
    fleet.declare("acme", server.port)
    found = tenants(fleet.verify())["acme"]
    assert (codes(found), found["session"]) == (["A201"], "failed at STARTTLS")
    assert not server.logins


def test_a_password_that_is_not_known_here_is_not_tried(fleet: Fleet) -> None:
    """The session shows all but the login, and nothing is wrong with the tenant."""
    server = fleet.server(auth_required=True)
    fleet.declare("acme", server.port, password={"secret": "in-the-stack"})
    found = tenants(fleet.verify())["acme"]
    assert (found["state"], server.connections, server.logins) == ("ok", 1, [])
    assert "no login tried" in found["session"]
    assert found["certificateDays"] > 1000


def test_a_password_goes_to_no_server_but_the_declared_one(
    fleet: Fleet, emulator: Emulator
) -> None:
    """Whoever changes a realm does not get the password of the fleet's file."""
    declared, other = fleet.server(), fleet.server()
    fleet.declare("acme", declared.port)
    emulator.tenants["acme"]["port"] = str(other.port)
    found = tenants(fleet.verify())["acme"]
    assert codes(found) == ["A106"]
    assert (
        "no login tried, because the live server or login is not the declared" in found["session"]
    )
    assert (declared.connections, other.connections, other.logins) == (0, 1, [])


def test_the_case_of_a_host_is_no_difference(fleet: Fleet, emulator: Emulator) -> None:
    """DNS knows none, so the declared password is for that server."""
    server = fleet.server(auth_required=True)
    fleet.declare("acme", server.port, host="localhost")
    emulator.tenants["acme"]["host"] = "LOCALHOST"
    fleet.verify()
    assert len(server.logins) == 1


@pytest.mark.parametrize(
    "reference",
    [
        {"passwordFrom": "env:AWS_SECRET_ACCESS_KEY"},
        {"passwordFrom": "file:/etc/hostname"},
        {
            "authTokenUrl": "https://127.0.0.1:1/token",
            "authTokenClientId": "mailer",
            "authTokenClientSecretFrom": "env:AWS_SECRET_ACCESS_KEY",
        },
    ],
    ids=str,
)
@pytest.mark.parametrize("platform", ["shift", "keycloak"])
def test_no_secret_that_an_exported_stack_refers_to_is_read(
    fleet: Fleet, emulator: Emulator, tmp_path: Path, platform: str, reference: dict[str, str]
) -> None:
    """The file may name any secret of this machine, and any server to send it to."""
    server = fleet.server()
    inputs = HEAD | {"platform": platform, "tenantId": "acme", "port": server.port} | reference
    inputs = {key: inputs[key] for key in inputs.keys() - {"group", "password", "lintIgnore"}}
    live = LIVE | {key: str(inputs[key]) for key in ("host", "port", "from", "user")}
    token = {key: value for key, value in reference.items() if not key.endswith("From")}
    emulator.tenants["acme"] = live | token
    resource = {"urn": "a::acme", "type": "smtpconfig:index:SmtpConfig", "inputs": inputs}
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"deployment": {"resources": [resource]}}))
    bundle = tmp_path / "all.pem"
    bundle.write_text(emulator.ca_bundle.read_text() + server.ca_bundle.read_text())
    sets = {"idp": {"token": emulator.token, "hostnames": ["idp.example.com"]}}
    result = audit_declared(
        *(emulator, str(path), "--verify", "--json"),
        AWS_SECRET_ACCESS_KEY=PASSWORD,
        SMTPCONFIG_CA_BUNDLE=str(bundle),
        SMTPCONFIG_CREDENTIALS=json.dumps(sets),
    )
    found = tenants(result)["acme"]
    assert (server.connections, server.logins) == (1, [])
    assert "no login tried" in found["session"]
    assert found["areLive"] == (platform == "keycloak")
    if platform == "shift":
        assert found["password"] == "unknown"


def test_what_is_live_is_verified(fleet: Fleet, emulator: Emulator) -> None:
    """A sender that was changed on the platform is the one that is asked for."""
    server = fleet.server()
    fleet.declare("acme", server.port)
    emulator.tenants["acme"]["from"] = "changed@acme.example"
    assert codes(tenants(fleet.verify())["acme"]) == ["A106"]
    assert server.senders == ["changed@acme.example"]


def test_a_mistake_in_what_is_declared_does_not_stop_what_is_live(
    fleet: Fleet, emulator: Emulator
) -> None:
    """The settings in effect are verified, whatever the file has in their place."""
    server = fleet.server()
    fleet.declare("acme", "abc")
    emulator.tenants["acme"]["port"] = str(server.port)
    found = tenants(fleet.verify())["acme"]
    assert codes(found) == ["A109"]
    assert (found["server"], server.connections) == (f"127.0.0.1:{server.port}", 1)


def test_a_password_may_be_in_a_file(fleet: Fleet, tmp_path: Path) -> None:
    """In the folder of password files, which may be named relative to the current one."""
    server = fleet.server()
    (tmp_path / "passwords").mkdir()
    (tmp_path / "passwords/acme").write_text(PASSWORD)
    fleet.declare("acme", server.port, password={"file": "acme"})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert said(fleet.verify("--password-folder", "passwords")) == {"acme": "login accepted"}
    assert "no login tried" in said(fleet.verify())["acme"]


@pytest.mark.parametrize("act", [Act.SILENCE, Act.CUT], ids=["silent", "closed"])
def test_a_server_that_hangs_is_tried_once_for_all(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    """Whatever number of senders its tenants have."""
    monkeypatch.setattr(Verifier.__init__, "__defaults__", (SILENT_SECONDS,))
    with scripted_server(act) as server:
        for number in range(30):
            fleet.declare(f"t{number}", server.port, **{"from": f"t{number}@acme.example"})
        result = fleet.verify()
    assert {code for each in tenants(result).values() for code in codes(each)} == {"A201"}
    assert server.connections == 1


def test_a_server_that_hangs_is_not_tried_for_each_login(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails before the login does not depend on it."""
    monkeypatch.setattr(Verifier.__init__, "__defaults__", (SILENT_SECONDS,))
    with scripted_server(Act.SILENCE) as server:
        for number in range(50):
            fleet.declare(f"t{number}", server.port, user=f"u{number}")
        result = fleet.verify()
    assert {code for each in tenants(result).values() for code in codes(each)} == {"A201"}
    assert server.connections <= sessions.AT_ONE_SERVER


def test_few_sessions_with_one_server_run_at_once(fleet: Fleet) -> None:
    """Servers limit connections, and refuse what is over the limit."""
    script = (b"220 ready\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", b"235 welcome\r\n")
    with scripted_server(*script) as server:
        for number in range(40):
            fleet.declare(f"t{number}", server.port, user=f"u{number}", starttls="false")
        result = fleet.verify()
    assert set(said(result).values()) == {"login accepted"}
    assert server.connections == 40
    # The server may see late that others ended.
    assert server.most <= 2 * sessions.AT_ONE_SERVER


def test_an_audit_keeps_no_session_open(fleet: Fleet) -> None:
    """It has no next tenant for it, and each counts for the limit of a server."""
    with limited_server(sessions.AT_ONE_SERVER, b"421 too many\r\n") as server:
        for number in range(40):
            fleet.declare(f"t{number}", server.port, user=f"u{number}", starttls="false")
        result = fleet.verify()
    assert set(said(result).values()) == {"login accepted"}
    assert (server.connections, server.refused) == (40, 0)
    assert len({*server.logins}) == len(server.logins) == 40


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize(
    "refusal",
    [b"421 4.7.0 too many connections\r\n", b"450 busy\r\n", b"", b"554 too many\r\n"],
    ids=["421", "450", "closed", "554"],
)
def test_a_refusal_that_passes_is_tried_again(fleet: Fleet, limit: int, refusal: bytes) -> None:
    """One session at a time, so that no tenant is in danger by our own number; no login twice."""
    with limited_server(limit, refusal) as server:
        for number in range(12):
            fleet.declare(f"t{number}", server.port, user=f"u{number}", starttls="false")
        result = fleet.verify()
    assert server.refused
    assert set(said(result).values()) == {"login accepted"}
    assert not any(smtp_codes(each) for each in tenants(result).values())
    assert len({*server.logins}) == len(server.logins) == 12


@pytest.mark.parametrize("greeting", [b"421 busy\r\n", b"454 later\r\n"], ids=repr)
def test_a_server_that_is_busy_was_not_tested(fleet: Fleet, greeting: bytes) -> None:
    """A warning in its words, after another try, and not one for each login."""
    with scripted_server((greeting, Act.CUT)) as server:
        for number in range(30):
            fleet.declare(f"t{number}", server.port, user=f"u{number}", starttls="false")
        result = fleet.verify()
    assert set(said(result).values()) == {"not tested"}
    for tenant in tenants(result).values():
        assert (smtp_codes(tenant), tenant["state"]) == (["A204"], "warning")
        assert any(greeting.decode().strip()[:3] in each["why"] for each in tenant["findings"])
    assert 2 <= server.connections <= sessions.AT_ONE_SERVER + sessions.STRIKES


@pytest.mark.parametrize("reply", [b"454 4.7.0 temporary failure\r\n", b"421 bye\r\n"], ids=repr)
def test_a_login_that_is_put_off_is_not_tried_again(fleet: Fleet, reply: bytes) -> None:
    """Servers count it; so it was not tested, which is a warning."""
    with scripted_server(b"220 ready\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", reply) as server:
        fleet.declare("acme", server.port, starttls="false")
        found = tenants(fleet.verify())["acme"]
    assert (smtp_codes(found), found["session"]) == (["A204"], "not tested")
    assert sum(line.startswith(b"AUTH") for line in server.received) == 1


@pytest.mark.parametrize(
    "end",
    [(Act.CUT,), (b"250 ok\r\n", b"421 too many\r\n", Act.CUT), (b"250 ok\r\n", Act.CUT)],
    ids=["at RSET", "by 421", "at the next sender"],
)
def test_a_login_that_worked_is_not_repeated_for_other_senders(
    fleet: Fleet, end: tuple[Any, ...]
) -> None:
    """If the server ends the session after a sender, the others were not tested."""
    script = (b"220 ready\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", b"235 welcome\r\n")
    with scripted_server(*script, b"250 ok\r\n", *end) as server:
        for number in range(5):
            sender = f"t{number}@acme.example"
            fleet.declare(f"t{number}", server.port, starttls="false", **{"from": sender})
        result = fleet.verify()
    assert sorted(said(result).values()) == ["login accepted", *["not tested"] * 4]
    assert sum(line.startswith(b"AUTH") for line in server.received) == 1
    (why,) = {
        finding["why"]
        for tenant in tenants(result).values()
        for finding in tenant["findings"]
        if finding["code"] == "A204"
    }
    assert "ended the session after another sender" in why


def test_a_server_that_is_silent_for_logins_is_given_up(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would cost the time limit; the others were not tested, and are told so."""
    monkeypatch.setattr(Verifier.__init__, "__defaults__", (SILENT_SECONDS,))
    monkeypatch.setattr(sessions, "SLOW_SECONDS", SILENT_SECONDS / 2)
    with scripted_server(
        b"220 ready\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", Act.SILENCE
    ) as server:
        for number in range(40):
            fleet.declare(f"t{number}", server.port, user=f"u{number}", starttls="false")
        found = tenants(fleet.verify()).values()
    assert server.connections <= sessions.STRIKES + sessions.AT_ONE_SERVER
    tried = [each for each in found if each["session"] == "failed at AUTH"]
    assert len(tried) == server.connections
    assert all(smtp_codes(each) == ["A201"] for each in tried)
    assert all(smtp_codes(each) == ["A204"] for each in found if each not in tried)


def test_a_server_that_is_slow_for_many_senders_is_given_up(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For that login: those that were not asked for are told, and can be audited again."""
    monkeypatch.setattr(sessions, "SENDERS_SECONDS", 0.0)
    server = fleet.server()
    for number in range(3):
        fleet.declare(f"t{number}", server.port, **{"from": f"t{number}@acme.example"})
    result = fleet.verify()
    assert said(result) == dict.fromkeys(said(result), "not tested")
    assert {code for each in tenants(result).values() for code in codes(each)} == {"A204"}
    assert result.exit_code == 0
    assert not server.connections


def test_many_senders_of_one_login_do_not_keep_others_from_theirs(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the same server, whichever comes first."""
    monkeypatch.setattr(sessions, "SENDERS_SECONDS", 0.3)
    script = (b"220 ready\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", b"235 welcome\r\n")
    slow = [Drip(b"250 slowly\r\n")] * 20
    with scripted_server(*script, *slow) as server:
        for number in range(5):
            sender = f"t{number}@acme.example"
            fleet.declare(f"a{number}", server.port, starttls="false", **{"from": sender})
        for number in range(5):
            fleet.declare(f"z{number}", server.port, starttls="false", user=f"u{number}")
        result = said(fleet.verify())
    assert {result[f"z{number}"] for number in range(5)} == {"login accepted"}
    assert "not tested" in {result[f"a{number}"] for number in range(5)}


def test_a_machine_without_network_is_told_once(fleet: Fleet) -> None:
    """Tenants are in no danger by where the audit runs; and yet it has not passed."""
    for number in range(4):
        fleet.declare(f"t{number}", 1, host=f"127.0.0.{number // 2 + 2}")
    result = fleet.verify()
    assert result.exit_code == 1
    (notice,) = document(result)["notices"]
    assert "No SMTP server could be reached from this machine" in notice
    for tenant in tenants(result).values():
        assert (smtp_codes(tenant), tenant["state"]) == (["A204"], "warning")
    assert fleet.verify("--fail-on", "never").exit_code == 0


def test_one_server_that_is_down_is_an_error_of_its_tenants(fleet: Fleet) -> None:
    """As others were reached."""
    server = fleet.server()
    fleet.declare("acme", 1, host="127.0.0.2")
    fleet.declare("beta", 1, host="127.0.0.3")
    fleet.declare("well", server.port)
    result = fleet.verify()
    assert {name: codes(each) for name, each in tenants(result).items()} == {
        "acme": ["A201"],
        "beta": ["A201"],
        "well": [],
    }
    assert document(result)["notices"] == []


def test_settings_without_a_login_are_verified(fleet: Fleet, emulator: Emulator) -> None:
    """Nothing has to be known for that, so the platform's tenants can be audited too."""
    server = fleet.server(auth_require_tls=False)
    emulator.tenants["acme"] = {
        "host": "127.0.0.1",
        "port": str(server.port),
        "from": "x@acme.example",
    }
    bundle = emulator.ca_bundle.read_text() + server.ca_bundle.read_text()
    server.ca_bundle.write_text(bundle)
    more = {"SMTPCONFIG_CA_BUNDLE": str(server.ca_bundle)}
    found = tenants(audit(emulator, "--verify", "--json", **more))["acme"]
    assert found["session"] == "server reached; no login needed"


def test_a_refusal_that_repeats_the_password_does_not_show_it(fleet: Fleet) -> None:
    """In no tenant, whatever that server says."""
    refusal = b"250 AUTH PLAIN\r\n", f"535 wrong: {PASSWORD}\r\n".encode()
    with scripted_server(b"220 ready\r\n", *refusal) as server:
        for name in ("acme", "globex"):
            fleet.declare(name, server.port, starttls="false")
        result = fleet.verify()
    assert {code for each in tenants(result).values() for code in codes(each)} >= {"A201"}
    assert "canary" not in result.output
