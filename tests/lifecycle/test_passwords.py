from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.lifecycle.declaration import Declaration
from pulumi_smtpconfig.lifecycle.passwords import fingerprint, matches
from pulumi_smtpconfig.problems import UNKNOWN
from tests.conftest import PASSWORD
from tests.lifecycle.sender import Harness

PASSWORDS = st.text(st.characters(codec="utf-8"), min_size=1)
VARIABLE = "ACME_SMTP_PASSWORD"
REFERENCE = f"env:{VARIABLE}"


@pytest.fixture
def referring(acme: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The properties of a tenant whose password is in a variable, which is set."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    return {key: value for key, value in acme.items() if key != "password"} | {
        "passwordFrom": REFERENCE
    }


def create(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the outputs of a tenant."""
    return Harness().lifecycle.create(properties)[1]


def test_a_referenced_password_is_sent_and_not_kept(
    harness: Harness, referring: dict[str, Any]
) -> None:
    """The state keeps the reference and a fingerprint."""
    _, outputs = harness.lifecycle.create(referring)
    (request,) = harness.sent
    assert request.body
    assert request.body["password"] == PASSWORD
    assert request.secrets == (PASSWORD,)
    assert PASSWORD not in str(outputs)
    assert outputs["passwordFrom"] == REFERENCE
    assert matches(PASSWORD, outputs["passwordFingerprint"])


def test_an_unchanged_password_is_no_change(harness: Harness, referring: dict[str, Any]) -> None:
    """An update for another reason keeps the fingerprint."""
    outputs = create(referring)
    assert not harness.lifecycle.diff(outputs, referring).changes
    news = referring | {"verify": "warn"}
    assert harness.lifecycle.update(outputs, news) == outputs | {"verify": "warn"}
    assert (harness.sent, harness.warnings) == ([], [])


def test_a_rotated_password_is_noticed_and_sent(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview shows the update and says why."""
    outputs = create(referring)
    monkeypatch.setenv(VARIABLE, "rotated")
    assert harness.lifecycle.diff(outputs, referring).changes == ["passwordFrom"]
    (warning,) = harness.warnings
    assert f"{REFERENCE} contains another password than the one that was sent" in warning
    updated = harness.lifecycle.update(outputs, referring)
    assert [(request.body or {})["password"] for request in harness.sent] == ["rotated"]
    assert matches("rotated", updated["passwordFingerprint"])


@pytest.mark.parametrize("other", [{}, {"port": 2525}], ids=["alone", "with another change"])
@pytest.mark.parametrize("key", ["password", "passwordFrom"])
def test_a_rotation_is_told_however_the_password_is_given(
    harness: Harness,
    acme: dict[str, Any],
    referring: dict[str, Any],
    key: str,
    other: dict[str, Any],
) -> None:
    """A reviewer sees that mail will log in otherwise, whatever else changes."""
    by_value = key == "password"
    news = acme | {"password": PASSWORD} if by_value else referring
    outputs = acme | {"password": "0ld-one"} if by_value else create(referring)
    if not by_value:
        outputs["passwordFingerprint"] = fingerprint("0ld-one")
    harness.lifecycle.diff(outputs, news | other)
    (warning,) = harness.warnings
    where = "`password`" if by_value else REFERENCE
    assert f"{where} contains another password than the one that was sent" in warning
    assert "0ld-one" not in warning
    assert PASSWORD not in warning


def test_only_a_rotation_is_told(harness: Harness, acme: dict[str, Any]) -> None:
    """Neither the first password, nor its end, nor one that is unknown or for another tenant."""
    plain = acme | {"password": "0ld-one"}
    without = {key: value for key, value in acme.items() if key not in {"user", "password"}}
    for olds, news in [
        (without, plain),
        (plain, without),
        (plain, plain | {"password": UNKNOWN}),
        (plain, plain | {"password": "n3w-one", "tenantId": "other"}),
        (plain, acme | {"password": "", "passwordFrom": "env:SMTPCONFIG_NOWHERE"}),
    ]:
        harness.lifecycle.diff(olds, news)
    assert not harness.warnings


def test_an_unreadable_password_that_is_not_needed_is_a_warning(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without another change, check warns, and diff and update find nothing to do."""
    outputs = create(referring)
    monkeypatch.delenv(VARIABLE)
    assert not harness.lifecycle.check(referring).problems
    (warning,) = harness.warnings
    assert warning.startswith('Tenant "ACME" on idp.example.com: Could not read the password from ')
    assert "is not set" in warning
    assert not harness.lifecycle.diff(outputs, referring).changes
    assert harness.lifecycle.update(outputs, referring | {"onDelete": "retain"}) == outputs
    assert not harness.sent


@pytest.mark.parametrize(
    "change", [{"port": 2525}, {"triggers": ["restored"]}, {"passwordFrom": "env:ANOTHER"}], ids=str
)
def test_an_unreadable_password_that_is_needed_is_an_error(
    harness: Harness,
    referring: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
) -> None:
    """Create and update send nothing: settings without their password would stop the mail."""
    outputs = create(referring)
    monkeypatch.delenv(VARIABLE)
    assert harness.lifecycle.diff(outputs, referring | change).changes == list(change)
    for step in (
        lambda: harness.lifecycle.create(referring | change),
        lambda: harness.lifecycle.update(outputs, referring | change),
    ):
        with pytest.raises(ConfigurationError, match="is not set") as caught:
            step()
        assert str(caught.value).startswith('Mail settings of tenant "ACME": reading the password')
    assert not harness.sent


def test_refresh_and_delete_need_no_password(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They work on a machine without it, and a refresh leaves nothing to update."""
    outputs = create(referring)
    monkeypatch.delenv(VARIABLE)
    assert harness.lifecycle.read(outputs) == (outputs, referring)
    harness.lifecycle.delete(outputs)
    assert not any("password" in warning for warning in harness.warnings)


@pytest.mark.parametrize("password", ["***", "line\nbreak"], ids=repr)
def test_a_referenced_password_is_linted_before_it_is_sent(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """The same rules apply as to a plain one."""
    monkeypatch.setenv(VARIABLE, password)
    with pytest.raises(ConfigurationError) as caught:
        harness.lifecycle.create(referring)
    assert REFERENCE in str(caught.value)
    assert password not in str(caught.value)
    assert not harness.sent


def test_changing_from_a_password_to_a_reference_and_back_sends_nothing(
    harness: Harness, acme: dict[str, Any], referring: dict[str, Any]
) -> None:
    """The platform already has this password; only the state changes."""
    plain = create(acme)
    outputs = harness.lifecycle.update(plain, referring)
    assert harness.lifecycle.diff(plain, referring).changes == ["passwordFrom", "password"]
    assert "password" not in outputs
    assert matches(PASSWORD, outputs["passwordFingerprint"])
    assert harness.lifecycle.update(outputs, acme) == plain
    assert not harness.sent


def test_no_tenant_is_cleared_for_a_replacement_that_cannot_be_sent(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old tenant is cleared first, so the preview fails if the password cannot be read."""
    keycloak = referring | {"platform": "keycloak", "onDelete": "clear"}
    old = create(keycloak)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(ConfigurationError, match="before another tenant is cleared, failed"):
        harness.lifecycle.diff(old, keycloak | {"tenantId": "new"})


def test_an_unreadable_password_is_reported_once(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine checks a replacement twice, possibly before its tenant is known."""
    monkeypatch.delenv(VARIABLE)
    for _ in range(2):
        harness.lifecycle.check(referring | {"tenantId": UNKNOWN})
    (warning,) = harness.warnings
    assert warning.startswith('Tenant "(unknown)" on idp.example.com: ')


@settings(max_examples=25)
@given(password=PASSWORDS, other=PASSWORDS)
def test_a_fingerprint_matches_only_its_password(password: str, other: str) -> None:
    """It detects every change."""
    known = fingerprint(password)
    assert matches(password, known)
    assert matches(other, known) is (other == password)


def test_equal_passwords_have_different_fingerprints() -> None:
    """Each has its own salt, so tenants cannot be compared."""
    assert len({fingerprint("the same") for _ in range(5)}) == 5


@settings(max_examples=25)
@given(password=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6))
def test_a_fingerprint_does_not_contain_its_password(password: str) -> None:
    """It contains the salt and a hash."""
    assert password not in fingerprint(password)


@pytest.mark.parametrize(
    "known",
    [
        *("", "pw", "$scrypt$ln=11,r=8,p=1$!!$!!", "$scrypt$ln=11,r=8,p=1$abc$abcd"),
        *("$scrypt$ln=9999,r=8,p=1$abcd$abcd", "$scrypt$ln=30,r=8,p=1$abcd$abcd"),
        *("$scrypt$ln=0,r=0,p=1$abcd$abcd", "$scrypt$ln=11,r=8,p=1$abcd$abcd"),
    ],
)
def test_an_invalid_fingerprint_matches_no_password(known: str) -> None:
    """If somebody edits the state, the password is sent again."""
    assert not matches("pw", known)


@pytest.mark.parametrize("password", ["an0ther-passw0rd", "with a\ttab"], ids=repr)
def test_an_update_hides_the_password_of_the_old_reference(
    harness: Harness, referring: dict[str, Any], monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """The platform still has it and may echo it, even if it could not be sent today."""
    outputs = create(referring)
    monkeypatch.setenv("OLD_SMTP_PASSWORD", password)
    before = outputs | {"passwordFrom": "env:OLD_SMTP_PASSWORD", "host": "old.acme.example"}
    harness.lifecycle.update(before, referring)
    (request,) = harness.sent
    assert password in request.secrets


def test_a_repr_shows_no_password(acme: dict[str, Any]) -> None:
    """Neither its own nor one that it hides."""
    declaration = Declaration.parse(acme)[0].hiding("hidden-passw0rd")
    request = declaration.write_request({})
    shown = f"{declaration!r} {request!r} {declaration.verification()!r}"
    assert not [secret for secret in (acme["password"], "hidden-passw0rd") if secret in shown]
