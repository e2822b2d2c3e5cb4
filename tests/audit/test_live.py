"""`smtpconfig audit` of what tenants have, against the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator, Fault
from tests.audit.auditing import LIVE, audit, audit_declared, codes, tenants
from tests.cli.command import document, smtpconfig

if TYPE_CHECKING:
    from pathlib import Path

ENCRYPTED = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1:x:y",
}
"""A secret in an exported stack."""


def test_all_realms_are_looked_at_and_the_worst_comes_first(emulator: Emulator) -> None:
    """The last line counts them by state."""
    without = {key: value for key, value in LIVE.items() if key != "password"}
    emulator.tenants.update({"well": dict(LIVE), "empty": {}, "without": without})
    result = audit(emulator)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        "3 tenants of idp.example.com: 1 in danger, 1 with warnings, 1 clean."
    )
    assert result.stdout.index("without") < result.stdout.index("empty")
    assert "\n well" not in result.stdout
    assert "\n well" in audit(emulator, "--all").stdout


def test_the_lint_of_what_is_live_has_its_codes(emulator: Emulator) -> None:
    """As a preview would find it in a program that declares the same."""
    emulator.tenants["acme"] = LIVE | {"host": "https://smtp.acme.example", "port": "465"}
    found = tenants(audit(emulator, "--json"))["acme"]
    assert (found["state"], found["server"]) == ("error", "https://smtp.acme.example:465")
    assert {"E301", "W101"} <= set(codes(found))


def test_a_password_login_at_a_service_that_ends_them_is_found(emulator: Emulator) -> None:
    """The platform does not show the password, and lint need not know it."""
    emulator.tenants["acme"] = LIVE | {"host": "smtp.office365.com"}
    found = tenants(audit(emulator, "--json"))["acme"]
    assert codes(found) == ["W204"]
    assert found["authentication"] == "password"


def test_a_missing_password_is_an_error(emulator: Emulator) -> None:
    """Keycloak shows whether there is one."""
    emulator.tenants["acme"] = {key: LIVE[key] for key in LIVE if key != "password"}
    found = tenants(audit(emulator, "--json"))["acme"]
    assert (codes(found), found["password"]) == (["A107"], "not set")


@pytest.mark.parametrize(
    ("fail_on", "code"), [("error", 0), ("warning", 1), ("never", 0), ("sometimes", 2)]
)
def test_the_exit_code_is_that_of_fail_on(emulator: Emulator, fail_on: str, code: int) -> None:
    """A tenant without settings is a warning."""
    emulator.tenants["empty"] = {}
    assert audit(emulator, "--fail-on", fail_on).exit_code == code


def test_what_cannot_be_read_is_told_beside_what_can(emulator: Emulator) -> None:
    """Its state is not known, so the command fails, and the platform's words are shown."""
    emulator.tenants.update({"acme": dict(LIVE), "other": dict(LIVE)})
    emulator.order(Fault(500, '{"errorMessage": "Not today."}', on="read"))
    result = audit(emulator, "--json")
    assert result.exit_code == 1
    unread, read = document(result)["tenants"]
    assert (unread["state"], read["state"]) == ("unknown", "ok")
    assert codes(unread) == ["A101"]
    assert "Not today." in unread["findings"][0]["why"]
    assert "A101 " in audit(emulator, "--tenant-id", "acme", SMTPCONFIG_TOKEN="wrong").stdout


def test_a_tenant_that_is_gone_is_an_error() -> None:
    """It was asked for, so it is listed."""
    with Emulator(tenants=["acme"]) as emulator:
        emulator.tenants["acme"] = dict(LIVE)
        result = audit(emulator, "--tenant-id", "acme", "--tenant-id", "gone", "--json")
    assert result.exit_code == 1
    assert codes(tenants(result)["gone"]) == ["A103"]


def test_no_list_of_realms_is_an_error_of_the_command(emulator: Emulator) -> None:
    """It names what the token lacks."""
    emulator.role = None
    result = audit(emulator)
    assert result.exit_code == 1
    assert "Could not list the tenants on idp.example.com." in result.stderr
    assert "view-realm" in result.stderr


def test_a_secret_of_one_tenant_is_shown_for_none(emulator: Emulator) -> None:
    """A platform may answer a password in clear, and another tenant may repeat it."""
    secret = "wh0le-0ther"
    emulator.tenants.update({"acme": dict(LIVE), "other": dict(LIVE)})
    for more in ({"password": secret}, {"fromDisplayName": secret}):
        content = json.dumps({"smtpServer": LIVE | more})
        emulator.order(Fault(200, content, on="read"))
    result = audit(emulator, "--tenant-id", "acme", "--tenant-id", "other", "--json")
    assert secret not in result.output
    assert not any("A108" in codes(each) for each in tenants(result).values())


def test_what_controls_a_terminal_is_not_printed(emulator: Emulator) -> None:
    """A realm's name and its values are others' text."""
    emulator.tenants["a\x1b[2Jb"] = LIVE | {"host": "\x1b]0;x\x07", "from": "\u202e"}
    for words in ((), ("--json",)):
        output = audit(emulator, *words).output
        assert not {"\x1b", "\x07", "\u202e"} & set(output)


def test_the_settings_of_a_fleets_file_are_compared(emulator: Emulator, tmp_path: Path) -> None:
    """Drift is named, and each tenant has its group."""
    emulator.tenants.update({"acme": dict(LIVE), "globex": LIVE | {"host": "smtp.globex.example"}})
    file = tmp_path / "tenants.yaml"
    file.write_text(
        "groups: [eu]\n"
        "defaults: {platform: keycloak, basePath: /auth, hostname: idp.example.com,\n"
        "  credentials: idp, group: eu, from: no-reply@acme.example, host: smtp.acme.example,\n"
        "  user: acme, password: {env: SMTP_PASSWORD_ACME}}\n"
        "tenants: {acme: {}, globex: {}}\n"
    )
    sets = json.dumps({"idp": {"token": emulator.token, "hostnames": ["idp.example.com"]}})
    result = audit_declared(emulator, str(file), "--json", SMTPCONFIG_CREDENTIALS=sets)
    found = tenants(result)
    assert (found["acme"]["state"], found["acme"]["group"]) == ("ok", "eu")
    assert found["globex"]["drift"] == [
        {"name": "host", "declared": "smtp.acme.example", "live": "smtp.globex.example"}
    ]
    assert codes(found["globex"]) == ["A106"]


def test_a_tenant_that_is_secret_in_a_stack_is_not_looked_at(
    emulator: Emulator, tmp_path: Path
) -> None:
    """And neither is one whose name is wrong; the others are."""
    emulator.tenants["acme"] = dict(LIVE)
    given: dict[str, object] = {
        "platform": "keycloak",
        "hostname": "idp.example.com",
        "basePath": "/auth",
        "tenantId": "acme",
        "credentials": "idp",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "user": "acme",
    }

    changes: dict[str, dict[str, object]] = {
        "known": {},
        "secret": {"tenantId": ENCRYPTED},
        "wrong": {"hostname": "https://idp.example.com"},
        "where": {"platform": "elsewhere"},
    }
    resources = [
        {"urn": f"a::{name}", "type": "smtpconfig:index:SmtpConfig", "inputs": given | more}
        for name, more in changes.items()
    ]
    file = tmp_path / "exported.json"
    file.write_text(json.dumps({"deployment": {"resources": resources}}))
    sets = json.dumps({"idp": {"token": emulator.token, "hostnames": ["idp.example.com"]}})
    result = audit_declared(emulator, str(file), "--json", SMTPCONFIG_CREDENTIALS=sets)
    found = {each["resource"]: each for each in document(result)["tenants"]}
    assert {name: (each["state"], *codes(each)) for name, each in found.items()} == {
        "known": ("ok",),
        "secret": ("unknown", "A101"),
        "wrong": ("error", "A109"),
        "where": ("error", "A109"),
    }
    assert len(emulator.requests) == 1


def test_a_file_with_mistakes_is_refused(emulator: Emulator, tmp_path: Path) -> None:
    """With file, line and tenant."""
    file = tmp_path / "tenants.yaml"
    file.write_text("groups: [eu]\ntenants:\n  acme: {group: us}\n")
    result = audit_declared(emulator, str(file))
    assert result.exit_code == 3
    assert "tenants.yaml:3:" in result.stderr
    assert "smtpconfig fleet check" in result.stderr


def test_one_source_is_needed() -> None:
    """Neither none nor two."""
    for words in ((), ("tenants.yaml", "--stack", "dev")):
        result = smtpconfig("audit", *words)
        assert result.exit_code == 2
        assert "FILE: give exactly one of" in result.stderr


def test_a_second_argument_is_not_shown(emulator: Emulator) -> None:
    """It could be a password."""
    result = audit_declared(emulator, "tenants.yaml", "s3cret")
    assert (result.exit_code, "s3cret" in result.output) == (2, False)


def test_a_server_that_cannot_be_one_is_not_connected_to(emulator: Emulator) -> None:
    """Lint says what is wrong with it."""
    emulator.tenants["acme"] = LIVE | {"host": "smtp://smtp.acme.example"}
    found = tenants(audit(emulator, "--verify", "--json"))["acme"]
    assert codes(found) == ["E301"]
    assert found["session"] is None


def test_the_table_says_what_to_do(emulator: Emulator) -> None:
    """After what is wrong."""
    emulator.tenants["acme"] = {key: LIVE[key] for key in LIVE if key != "password"}
    shown = audit(emulator).stdout
    assert "but the platform has no password. Set it on the platform." in shown


def test_json_has_the_counts_and_the_time(emulator: Emulator) -> None:
    """Of all tenants, worst first."""
    emulator.tenants.update({"well": dict(LIVE), "empty": {}})
    shown = document(audit(emulator, "--json"))
    assert shown["counts"] == {"error": 0, "warning": 1, "unknown": 0, "ok": 1}
    assert shown["isComplete"] is True
    assert [each["tenantId"] for each in shown["tenants"]] == ["empty", "well"]


NO_LOGIN = {
    key: value for key, value in LIVE.items() if key not in {"user", "password", "authType"}
} | {"auth": "false"}


@pytest.mark.parametrize(
    ("platform", "reading"),
    [
        ("keycloak", {}),
        ("shift", {"SMTPCONFIG_READ_BACK": "admin"}),
    ],
)
def test_a_tenant_without_a_login_lacks_nothing(
    emulator: Emulator, platform: str, reading: dict[str, str]
) -> None:
    """Also where nobody knows whether the platform has a password, or kept one from earlier."""
    emulator.tenants["acme"] = dict(NO_LOGIN)
    where = ("--platform", platform, "--hostname", "idp.example.com", "--tenant-id", "acme")
    for kept in ({}, {"password": "**********"}):
        emulator.tenants["acme"] = NO_LOGIN | kept
        result = smtpconfig("audit", *where, "--json", **emulator.environment | reading)
        found = tenants(result)["acme"]
        assert (found["state"], codes(found)) == ("ok", [])
        assert found["authentication"] == "none"


@pytest.mark.parametrize("platform", ["shift", "ssms"])
def test_a_declared_login_has_both_its_parts(
    emulator: Emulator, tmp_path: Path, platform: str
) -> None:
    """As `fleet check` says it too; a tenant without a login lacks nothing."""
    given: dict[str, object] = {
        "platform": platform,
        "hostname": "idp.example.com",
        "tenantId": "acme",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
    }
    file = tmp_path / "exported.json"
    user, secret = {"user": "acme"}, {"passwordFrom": "env:X"}
    encrypted = {"password": ENCRYPTED}
    token = {"authTokenUrl": "https://a.example/t", "authTokenClientId": "a"}
    for more, expected in (
        ({}, []),
        (secret, ["E202"]),
        (user, ["E201"]),
        (user | secret, []),
        (user | encrypted, []),
        (user | token, ["E206"]),
        (user | token | {"authTokenClientSecretFrom": "env:X"}, []),
    ):
        resource = {"urn": "a::x", "type": "smtpconfig:index:SmtpConfig", "inputs": given | more}
        file.write_text(json.dumps({"deployment": {"resources": [resource]}}))
        found = tenants(audit_declared(emulator, str(file), "--json"))["acme"]
        assert [code for code in codes(found) if code[0] == "E"] == expected, more


@pytest.mark.parametrize(
    ("declared", "live", "shown"),
    [
        ("Acme", 'x"', ("Acme", 'x"')),
        ('"Acme"', '"', ('"Acme"', '"')),
        ("(none)", None, ("(none)", "")),
        ("(none)", "", ("(none)", "")),
        (None, "Acme", ("", "Acme")),
        ("Acme", " ", ("Acme", "(blank)")),
    ],
)
def test_drift_shows_values_as_they_are(
    emulator: Emulator,
    tmp_path: Path,
    declared: str | None,
    live: str | None,
    shown: tuple[str, str],
) -> None:
    """With their own quotation marks, and empty where there is none."""
    more = {"fromDisplayName": live}
    emulator.tenants["acme"] = LIVE | {key: each for key, each in more.items() if each is not None}
    inputs: dict[str, object] = {
        "platform": "keycloak",
        "hostname": "idp.example.com",
        "basePath": "/auth",
        "tenantId": "acme",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "user": "acme",
        "passwordFrom": "env:X",
        "credentials": "idp",
    }
    if declared is not None:
        inputs["fromDisplayName"] = declared
    resource = {"urn": "a::acme", "type": "smtpconfig:index:SmtpConfig", "inputs": inputs}
    file = tmp_path / "exported.json"
    file.write_text(json.dumps({"deployment": {"resources": [resource]}}))
    sets = json.dumps({"idp": {"token": emulator.token, "hostnames": ["idp.example.com"]}})
    result = audit_declared(emulator, str(file), "--json", SMTPCONFIG_CREDENTIALS=sets)
    found = tenants(result)["acme"]
    assert found["drift"] == [{"name": "fromDisplayName", "declared": shown[0], "live": shown[1]}]


@pytest.mark.parametrize("host", ["2001:db8::1", "[2001:db8::1]", "[IPv6:2001:DB8::1]"])
def test_a_server_with_an_ipv6_address_has_brackets(emulator: Emulator, host: str) -> None:
    """Before a session as after one."""
    emulator.tenants["acme"] = LIVE | {"host": host}
    assert tenants(audit(emulator, "--json"))["acme"]["server"] == "[2001:db8::1]:587"


@pytest.mark.parametrize(
    ("more", "code", "source"),
    [
        ({"host": "smtp.gmail.com", "port": "2525"}, "W104", "developers.google.com"),
        ({"host": "smtp.sendgrid.net", "port": "26"}, "W104", "twilio.com"),
        ({"host": "smtp.office365.com"}, "W204", "techcommunity.microsoft.com"),
        ({"host": "smtp.gmail.com"}, "W204", ""),
        (
            {"host": "smtp.sendgrid.net", "authType": "token", "authTokenUrl": "https://a.example"},
            "W205",
            "twilio.com",
        ),
    ],
)
def test_what_a_service_documents_has_its_page_as_source(
    emulator: Emulator, more: dict[str, str], code: str, source: str
) -> None:
    """The rule itself names no page, as each service has its own."""
    emulator.tenants["acme"] = LIVE | more
    found = tenants(audit(emulator, "--json"))["acme"]["findings"]
    assert all(source in each["source"] for each in found if each["code"] == code)
    assert all(each["source"] for each in found)


@pytest.mark.parametrize(
    "more",
    [
        {"fromDisplayName": "${MAIL_NAME}"},
        {"replyTo": "help@[192.0.2.25]"},
        {"fromDisplayName": "Müller & Söhne"},
    ],
)
def test_who_has_no_program_is_not_told_to_silence_a_code(
    emulator: Emulator, more: dict[str, str]
) -> None:
    """A finding of a tenant that nothing declares may be ignored."""
    emulator.tenants["acme"] = LIVE | more
    where = ("--platform", "shift", "--hostname", "idp.example.com", "--tenant-id", "acme")
    environment = emulator.environment | {"SMTPCONFIG_READ_BACK": "admin"}
    found = tenants(smtpconfig("audit", *where, "--json", **environment))["acme"]["findings"]
    remedies = [each["remedy"] for each in found]
    assert any("ignore this" in each for each in remedies)
    assert not any("silence" in each for each in remedies)
