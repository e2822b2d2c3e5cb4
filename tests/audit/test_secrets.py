"""What secrets an audit hides, and that they damage no report but their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.audit.live import Mask, examine, finished
from pulumi_smtpconfig.audit.targets import Target, undeclared
from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.live_settings import url_login
from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.audit.auditing import LIVE, audit, audit_declared, codes, tenants

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.audit.report import AuditedTenant
    from pulumi_smtpconfig.emulator import Emulator
    from tests.audit.dns_server import DnsServer

TOKEN = LIVE | {
    "authType": "token",
    "authTokenClientId": "mail",
    "authTokenClientSecret": "**********",
    "authTokenUrl": "https://login.acme.example/token",
}
WITHOUT = {key: value for key, value in LIVE.items() if key != "password"}
PLATFORM = {"platform": "keycloak", "hostname": "idp.example.com"}


def reported(**contents: dict[str, Any]) -> dict[str, AuditedTenant]:
    """Return the reports of tenants that have these settings, read with one token."""
    drafts = []
    for name, content in contents.items():
        keys = ("password", "authTokenClientSecret")
        secrets = {content.get(key, "").strip("*") for key in keys} | {url_login(content)}
        reading = Reading(content, secrets | {"t0ken-0f-this-run"})
        drafts.append(examine(Target(*undeclared(PLATFORM, name)), reading))
    mask = Mask({secret for draft in drafts for secret in draft.shared_secrets})
    return {each.tenant_id: each for each in (finished(draft, mask) for draft in drafts)}


@pytest.mark.parametrize(
    "more",
    [
        {"authTokenUrl": "https://u:pw@login.evil.example/token"},
        {"authTokenUrl": "https://smtp.acme.example:no-reply@evil.example/token"},
        {"authTokenUrl": "//smtp.acme.example@evil.example"},
        {"authTokenUrl": f"https://{'smtp.acme.example' * 1000}@evil.example"},
        {"authTokenClientSecret": "${vault.smtp_password}"},
        {"authTokenClientSecret": "acme"},
        {"authTokenClientSecret": "p"},
        {"authTokenClientSecret": "settings"},
        {"authTokenClientSecret": "password"},
        {"authTokenClientSecret": "smtp.acme.example" * 1000},
    ],
    ids=lambda more: str(more)[:60],
)
def test_the_secrets_of_a_realm_do_not_blind_the_audit_of_others(
    emulator: Emulator, more: dict[str, str]
) -> None:
    """Their values and findings are what they are without that realm."""
    emulator.tenants.update({"acme": dict(LIVE), "token": dict(TOKEN), "without": WITHOUT})
    emulator.tenants["bad"] = LIVE | {"host": "https://smtp.acme.example"}
    before = tenants(audit(emulator, "--json"))
    emulator.tenants["evil"] = TOKEN | more
    after = tenants(audit(emulator, "--json"))
    assert {name: after.get(name) for name in before} == before


def test_a_user_in_a_url_is_hidden_where_it_is(emulator: Emulator) -> None:
    """And in the other settings of its realm, which is told."""
    url = "https://client:s3cret-in-a-url@login.acme.example/token"
    emulator.tenants["acme"] = TOKEN | {
        "authTokenUrl": url,
        "replyToDisplayName": "s3cret-in-a-url",
    }
    result = audit(emulator, "--json")
    assert "s3cret-in-a-url" not in result.output
    found = tenants(result)["acme"]
    words = [each["why"] for each in found["findings"] if each["code"] == "A108"]
    assert "authTokenUrl, replyToDisplayName" in words[0] or "replyToDisplayName" in words[0]


def test_only_the_own_secrets_of_a_tenant_are_an_error(emulator: Emulator) -> None:
    """That of another tenant is hidden."""
    secret = "wh0le-0ther"
    for more in ({"password": secret}, {"fromDisplayName": secret}):
        emulator.order(Fault(200, json.dumps({"smtpServer": LIVE | more}), on="read"))
    emulator.tenants.update({"acme": dict(LIVE), "other": dict(LIVE)})
    result = audit(emulator, "--tenant-id", "acme", "--tenant-id", "other", "--json")
    assert secret not in result.output
    assert {each["state"] for each in tenants(result).values()} == {"ok"}
    emulator.tenants["acme"] = LIVE | {"fromDisplayName": f"Acme {emulator.token}"}
    assert "A108" in codes(tenants(audit(emulator, "--json"))["acme"])


def test_a_short_password_is_told_where_it_is_a_whole_value() -> None:
    """As a part of other words it may be there by coincidence."""
    found = reported(acme=LIVE | {"password": "hunter2", "fromDisplayName": "hunter2"})["acme"]
    assert found.settings["fromDisplayName"] == NOT_SHOWN
    assert [each.code for each in found.findings] == ["A108"]
    found = reported(acme=LIVE | {"password": "example"})["acme"]
    assert found.settings["host"] == NOT_SHOWN
    assert not found.findings


@pytest.mark.parametrize("name", ["n" * 2001, "&" * 2000], ids=["long", "long to search"])
def test_a_value_that_was_not_searched_is_no_secret(name: str) -> None:
    """It is not shown, but nobody is told to change a password."""
    found = reported(acme=LIVE | {"fromDisplayName": name})["acme"]
    assert "A108" not in [each.code for each in found.findings]


def test_a_declared_value_with_a_secret_is_to_be_corrected_where_it_is_declared(
    emulator: Emulator, tmp_path: Path
) -> None:
    """The platform has not been looked at."""
    inputs = {"platform": "shift", "hostname": "idp.example.com", "tenantId": "acme"}
    inputs |= {"host": "smtp.acme.example", "from": "no-reply@acme.example", "user": "acme"}
    inputs |= {"password": "s3cret-0f-acme", "fromDisplayName": "s3cret-0f-acme"}
    resource = {"urn": "a::acme", "type": "smtpconfig:index:SmtpConfig", "inputs": inputs}
    file = tmp_path / "exported.json"
    file.write_text(json.dumps({"deployment": {"resources": [resource]}}))
    result = audit_declared(emulator, str(file), "--json")
    assert "s3cret-0f-acme" not in result.output
    (found,) = (each for each in tenants(result)["acme"]["findings"] if each["code"] == "A108")
    assert "the platform has" not in found["why"]
    assert "where it is declared" in found["remedy"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("replyTo", "hunter2-my-s3cret"),
        ("replyTo", "hunter2-my-s3cret."),
        ("from", "hunter2-my-s3cret"),
        ("envelopeFrom", "hunter2-my-s3cret"),
        ("replyTo", "x@hunter2 my-s3cret"),
        ("replyTo", "x@hunter2_my-s3cret"),
        ("replyTo", "@hunter2-my-s3cret"),
        ("replyTo", "Help <x@hunter2-my-s3cret>"),
        ("replyTo", "x@{token}.example"),
        ("envelopeFrom", "{token}@other.example"),
        ("from", "x@c4n4ry-0f-acme.example"),
        ("replyTo", "x@[192.0.2.1]"),
        ("from", "x@[192.0.2.1]"),
        ("replyTo", "x@[IPv6:2001:db8::1]"),
    ],
)
def test_only_the_domains_of_addresses_are_asked_for(
    emulator: Emulator, dns_server: DnsServer, key: str, value: str
) -> None:
    """What is no address may be a password that was pasted into the wrong field."""
    dns_server.publish("acme.example", "MX", "10 mx.acme.example.")
    content = LIVE | {key: value.format(token=emulator.token)}
    emulator.order(Fault(200, json.dumps({"smtpServer": content}), on="read"))
    emulator.tenants["acme"] = content
    result = audit(
        *(emulator, "--tenant-id", "acme", "--dns", "--dns-server", dns_server.address, "--json")
    )
    names = {name for name, _ in dns_server.questions}
    assert names <= {"acme.example", "_dmarc.acme.example"}
    assert "A301" not in codes(tenants(result)["acme"])
    assert not [each for each in tenants(result)["acme"]["dns"] if "acme.example" not in each]


SECRETS = st.text("aeghinoprstw.: /{}$", min_size=1, max_size=12) | st.sampled_from(
    ["the settings", "platform", "password", "https://", "smtp.acme", "${vault.x}"]
)


@settings(max_examples=200, deadline=None)
@given(SECRETS, st.sampled_from(["password", "authTokenUrl"]))
def test_no_secret_of_a_realm_changes_the_state_of_others(secret: str, key: str) -> None:
    """Nor the sentences about them."""
    others = {"acme": dict(LIVE), "without": WITHOUT, "bad": LIVE | {"port": "99999"}}
    before = reported(**others)
    evil = TOKEN | {key: f"https://{secret}@x" if key == "authTokenUrl" else secret}
    after = reported(**others, evil=evil)
    for name, each in before.items():
        assert after[name].state == each.state
        assert after[name].findings == each.findings


def test_the_words_of_a_platform_are_hidden_and_not_the_sentence_around_them(
    emulator: Emulator,
) -> None:
    """They may quote what another tenant was found to have."""
    secret = "The platform answered wh0le-0ther"
    emulator.tenants.update({"acme": dict(LIVE), "other": dict(LIVE)})
    emulator.order(
        Fault(200, json.dumps({"smtpServer": LIVE | {"password": secret}}), on="read"),
        Fault(500, json.dumps({"errorMessage": "No wh0le-0ther."}), on="read"),
    )
    result = audit(emulator, "--tenant-id", "acme", "--tenant-id", "other", "--json")
    assert "wh0le-0ther" not in result.output
    (unread,) = (each for each in tenants(result).values() if each["state"] == "unknown")
    assert unread["findings"][0]["why"].startswith("The platform answered 500")
    assert NOT_SHOWN in unread["findings"][0]["why"]
