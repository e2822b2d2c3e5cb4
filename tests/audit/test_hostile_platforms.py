"""Whatever a platform answers, an audit ends with a report."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.audit import reader
from pulumi_smtpconfig.audit.domains import domains_of
from pulumi_smtpconfig.audit.live import Mask, examine, finished
from pulumi_smtpconfig.audit.page import render_page
from pulumi_smtpconfig.audit.report import AuditReport
from pulumi_smtpconfig.audit.sessions import sessions_for
from pulumi_smtpconfig.audit.targets import Target, undeclared
from pulumi_smtpconfig.emulator import Fault
from pulumi_smtpconfig.interface import Reading
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from tests.audit.auditing import LIVE, audit, tenants
from tests.cli.command import document

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator

PLATFORM = {"platform": "keycloak", "hostname": "idp.example.com"}
DECLARED = Declaration.parse(
    {
        **PLATFORM,
        "tenantId": "acme",
        "host": "smtp.acme.example",
        "from": "no-reply@acme.example",
        "user": "acme",
        "passwordFrom": "env:SMTP_PASSWORD_ACME",
    }
)[0]
SECRET = "s3cret-0f-acme"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["true", "465", "<>", "a@b.example", SECRET, "\x1b[2J", "\ud800", "x" * 5000])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


KEYS = st.sampled_from([*LIVE, "replyTo", "authTokenUrl", "x"])


@settings(max_examples=200)
@given(st.dictionaries(KEYS, VALUES), st.booleans())
def test_any_settings_are_reported(content: dict[str, Any], is_declared: bool) -> None:  # noqa: FBT001
    """On the page too, without a secret and without what controls a terminal."""
    target = Target(DECLARED, "acme") if is_declared else Target(*undeclared(PLATFORM, "acme"))
    draft = examine(target, Reading(content, {SECRET}))
    domains_of(draft.settings)
    sessions_for([draft])
    tenant = finished(draft, Mask({SECRET}))
    report = AuditReport("x", datetime.now(timezone.utc), 1.0, True, [tenant])  # noqa: FBT003
    page = render_page(report)
    page.encode()
    assert SECRET not in page
    shown = [*tenant.settings.values(), tenant.server, tenant.session]
    shown += [text for each in tenant.findings for text in each]
    shown += [text for each in tenant.drift for text in each]
    assert all(text.isprintable() for text in shown)
    assert not any(SECRET in text for text in shown)


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "{}", '{"smtpServer": 1}', '{"smtpServer": null}', '{"smtpServer": [[1]]}'],
)
def test_a_representation_without_settings_is_not_read(emulator: Emulator, body: str) -> None:
    """It is told, and the tenant is not taken for one without settings."""
    emulator.order(Fault(200, body, on="read"))
    result = audit(emulator, "--tenant-id", "acme", "--json")
    assert result.exit_code == 1
    assert tenants(result)["acme"]["state"] == "unknown"


@pytest.mark.parametrize(
    "body", ["", "{}", "[1]", '[{"realm": 1}]', '[{"realm": ""}]', "[[]]", '[{"realm": "a"}, {}]']
)
def test_a_list_that_is_none_is_an_error(emulator: Emulator, body: str) -> None:
    """Nothing is left out in silence."""
    emulator.order(Fault(200, body, on="info"))
    result = audit(emulator, "--json")
    assert result.exit_code == 1
    assert document(result)["tenants"] == []
    assert document(result)["remedy"]


def test_names_of_realms_cannot_lead_elsewhere(emulator: Emulator) -> None:
    """Each is one part of a path, and is shown without what controls a terminal."""
    names = ["../master", "a/b", "a?b", "a%2fb", "a\x1b[2J", "é", " ", "x" * 300]
    emulator.tenants.update({name: dict(LIVE) for name in names})
    result = audit(emulator, "--json")
    assert len(document(result)["tenants"]) == len(names)
    paths = [each.target for each in emulator.requests if "smtp" not in each.target][1:]
    assert all(path.count("/") == 4 and "?" not in path for path in paths)


def test_a_platform_that_hangs_is_given_up(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some tenants, each of which is tried with its timeout; the others are told why."""
    monkeypatch.setattr(reader, "SLOW_SECONDS", 0.2)
    emulator.tenants.update({f"t{number}": dict(LIVE) for number in range(300)})
    emulator.order(*[Fault(delay=60, on="read")] * 300)
    began = time.monotonic()
    found = tenants(audit(emulator, "--json", SMTPCONFIG_TIMEOUT="1"))
    assert time.monotonic() - began < 60
    assert {each["state"] for each in found.values()} == {"unknown"}
    words = [each["findings"][0]["why"] for each in found.values()]
    assert sum("did not answer for other tenants" in each for each in words) > 100
    assert len(emulator.requests) < 200


@pytest.mark.parametrize("status", [403, 404, 500, 504])
def test_a_platform_that_refuses_slowly_is_not_given_up(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Each tenant is told the answer that came for it."""
    monkeypatch.setattr(reader, "SLOW_SECONDS", 0.05)
    emulator.tenants.update({f"t{number}": dict(LIVE) for number in range(150)})
    emulator.order(*[Fault(status, "{}", delay=0.1, on="read")] * 150)
    found = tenants(audit(emulator, "--json"))
    assert all(str(status) in each["findings"][0]["why"] for each in found.values())


def test_a_token_endpoint_that_hangs_is_given_up(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for with each tenant, as nothing came of the tries before."""
    monkeypatch.setattr(reader, "SLOW_SECONDS", 0.2)
    names = [f"t{number}" for number in range(200)]
    emulator.order(*[Fault(delay=60, on="token")] * 200)
    login = {"SMTPCONFIG_TOKEN": "", "SMTPCONFIG_TIMEOUT": "0.5", "SMTPCONFIG_CLIENT_ID": "x"}
    login |= {
        "SMTPCONFIG_CLIENT_SECRET": "c4n4ry",
        "SMTPCONFIG_TOKEN_URL": "https://{hostname}/realms/{tenantId}/protocol/openid-connect/token",
    }
    options = [word for name in names for word in ("--tenant-id", name)]
    found = tenants(audit(emulator, *options, "--json", **login))
    words = [each["findings"][0]["why"] for each in found.values()]
    assert sum("did not answer for other tenants" in each for each in words) > 50


def test_some_slow_tenants_do_not_condemn_their_platform(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it answers for others."""
    monkeypatch.setattr(reader, "SLOW_SECONDS", 0.2)
    emulator.tenants.update({f"t{number}": dict(LIVE) for number in range(100)})
    emulator.order(*[Fault(delay=60, on="read")] * 10)
    found = document(audit(emulator, "--json", SMTPCONFIG_TIMEOUT="2"))["counts"]
    assert found == {"error": 0, "warning": 0, "unknown": 10, "ok": 90}
