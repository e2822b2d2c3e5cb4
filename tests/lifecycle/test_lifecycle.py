from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import NotVerified, Refused
from pulumi_smtpconfig.interface import Verification
from tests.lifecycle.sender import Harness

SSMS_URL = "https://ACME.idp.example.com/digitanium/v4/mail/config"
IDENTITY = ["platform", "hostname", "tenantId"]
FAILURE = NotVerified("It answered 535 at AUTH.", "check user and password.", "AUTH")
VERIFICATION = Verification(
    host="smtp.acme.example",
    port=587,
    ssl=False,
    starttls=True,
    user="acme",
    password="",
    sender="bounce@acme.example",
    tenant='Tenant "ACME" on idp.example.com',
)


def test_a_preview_sends_nothing_and_warns_of_nothing(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """Check and diff have no effect."""
    harness.lifecycle.diff(acme, harness.lifecycle.check(acme | {"port": 25}).inputs)
    assert (harness.sent, harness.warnings) == ([], [])


def test_create_sends_all_settings_once(harness: Harness, acme: dict[str, Any]) -> None:
    """The request says which token it needs, and which password no error may show."""
    id_, outputs = harness.lifecycle.create(acme)
    texts = {key: value for key, value in acme.items() if key not in IDENTITY}
    (request,) = harness.sent
    assert request._asdict() == {
        "access": ("idp.example.com", "ACME", "ACME.idp.example.com", "", ""),
        "method": "POST",
        "url": SSMS_URL,
        "body": texts | {"port": "587", "starttls": "true", "ssl": "false"},
        "secrets": (acme["password"],),
        "repeatable": True,
    }
    assert id_ == "ssms/idp.example.com/ACME"
    assert outputs == acme | {"endpoint": SSMS_URL}


@pytest.mark.parametrize(
    "change",
    [{"password": "another"}, {"port": 2525}, {"user": "ACME"}, {"starttls": False}],
    ids=str,
)
def test_update_sends_all_settings_once(
    harness: Harness, acme: dict[str, Any], change: dict[str, Any]
) -> None:
    """All eleven are sent, so it does not matter whether a platform merges or replaces."""
    news = acme | change
    outputs = harness.lifecycle.update(acme | {"endpoint": SSMS_URL}, news)
    (request,) = harness.sent
    assert (request.method, request.url, len(request.body or {})) == ("POST", SSMS_URL, 11)
    assert set(request.secrets) == {news["password"], acme["password"]}
    assert outputs == news | {"endpoint": SSMS_URL}


def test_update_sends_nothing_if_the_platform_would_get_the_same(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """Another spelling, or another set of credentials, only changes the state."""
    old = acme | {"port": "587", "ssl": None, "hostname": "IDP.example.com"}
    news = acme | {"credentials": "prod"}
    assert harness.lifecycle.update(old, news) == news | {"endpoint": SSMS_URL}
    assert harness.sent == []


@pytest.mark.parametrize("step", ["create", "update"])
def test_an_error_says_what_was_being_done_for_which_tenant(
    acme: dict[str, Any], step: str
) -> None:
    """The sender's own error follows."""
    harness = Harness(Refused("The platform said no.", "ask it why."))
    olds = [] if step == "create" else [acme | {"port": 25}]
    with pytest.raises(Refused) as caught:
        getattr(harness.lifecycle, step)(*olds, acme)
    assert str(caught.value).splitlines() == [
        f'Mail settings of tenant "ACME": POST {SSMS_URL} failed.',
        "  The platform said no.",
        "  Next: ask it why.",
    ]


def test_delete_keeps_the_settings_and_says_so(harness: Harness, acme: dict[str, Any]) -> None:
    """SSMS documents no delete, so nothing is sent."""
    harness.lifecycle.delete(acme | {"endpoint": SSMS_URL})
    (warning,) = harness.warnings
    assert 'Tenant "ACME" on idp.example.com keeps its mail settings' in warning
    assert "SSMS" in warning
    assert harness.sent == []


def test_the_name_of_the_credentials_is_not_sent(harness: Harness, acme: dict[str, Any]) -> None:
    """The connection and the state get it, the platform does not."""
    _, outputs = harness.lifecycle.create(acme | {"credentials": "prod"})
    (request,) = harness.sent
    assert (request.access.credentials, outputs["credentials"]) == ("prod", "prod")
    assert "credentials" not in (request.body or {})


def test_changed_triggers_send_the_settings_again(harness: Harness, acme: dict[str, Any]) -> None:
    """A platform that was rebuilt gets them although none of them changed."""
    before, after = acme | {"triggers": ["a", 1.0]}, acme | {"triggers": ["a", 2.0]}
    assert harness.lifecycle.diff(before, after).changes == ["triggers"]
    assert harness.lifecycle.update(before, after)["triggers"] == ["a", 2.0]
    assert len(harness.sent) == 1
    harness.lifecycle.update(after, after | {"triggers": None})
    assert len(harness.sent) == 2


def test_nothing_is_verified_by_default(harness: Harness, acme: dict[str, Any]) -> None:
    """A pipeline's machine may not reach the SMTP server."""
    harness.lifecycle.create(acme)
    assert not harness.verifications


@pytest.mark.parametrize("verify", ["warn", "require"])
def test_settings_are_verified_before_they_are_sent(
    harness: Harness, acme: dict[str, Any], verify: str
) -> None:
    """The verification uses the envelope sender, and the recipient of the resource."""
    harness.lifecycle.create(acme | {"verify": verify, "verifyRecipient": "me@acme.example"})
    expected = VERIFICATION._replace(password=acme["password"], recipient="me@acme.example")
    assert harness.verifications == [expected]
    assert len(harness.sent) == 1


def test_the_null_sender_is_verified_as_an_empty_one(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """MAIL FROM then names no address, as in the mails that the platform sends."""
    harness.lifecycle.create(acme | {"envelopeFrom": "<>", "verify": "require"})
    assert harness.verifications[0].sender == ""


def test_silencing_an_error_sends_nothing(harness: Harness, acme: dict[str, Any]) -> None:
    """The platform knows nothing of it."""
    old, news = acme | {"endpoint": SSMS_URL}, acme | {"lintIgnore": ["E204"]}
    assert harness.lifecycle.diff(old, news).changes == ["lintIgnore"]
    assert harness.lifecycle.update(old, news) == news | {"endpoint": SSMS_URL}
    assert harness.sent == []


def test_without_an_envelope_sender_the_from_address_is_verified(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """The platform's mailer uses it then."""
    harness.lifecycle.create(acme | {"verify": "require", "envelopeFrom": ""})
    assert harness.verifications[0].sender == "no-reply@acme.example"


@pytest.mark.parametrize("step", ["create", "update"])
def test_settings_that_fail_a_required_verification_are_not_sent(
    harness: Harness, acme: dict[str, Any], step: str
) -> None:
    """The tenant keeps the settings that work, and the error says what failed."""
    harness.unverified = FAILURE
    olds = [] if step == "create" else [acme | {"port": 2525}]
    with pytest.raises(NotVerified) as caught:
        getattr(harness.lifecycle, step)(*olds, acme | {"verify": "require"})
    assert str(caught.value) == (
        'Mail settings of tenant "ACME": verifying them before they are sent failed.\n'
        "  It answered 535 at AUTH.\n"
        "  Next: check user and password."
    )
    assert not harness.sent


def test_settings_that_fail_an_optional_verification_are_sent_with_a_warning(
    harness: Harness, acme: dict[str, Any]
) -> None:
    """The warning says that the platform's network may differ, and what to do otherwise."""
    harness.unverified = FAILURE
    harness.lifecycle.create(acme | {"verify": "warn"})
    (warning,) = harness.warnings
    assert warning == (
        'Tenant "ACME" on idp.example.com: It answered 535 at AUTH. They are sent anyway '
        "because verify is \"warn\": the platform's network may differ from this machine's. "
        "If it does not: check user and password."
    )
    assert len(harness.sent) == 1


@pytest.mark.parametrize("change", [{"triggers": [1]}, {"onDelete": "retain"}], ids=str)
def test_unchanged_settings_are_not_verified_again(
    harness: Harness, acme: dict[str, Any], change: dict[str, Any]
) -> None:
    """A few refused logins may lock the account."""
    verified = acme | {"verify": "require"}
    harness.lifecycle.update(verified, verified | change)
    assert not harness.verifications


@pytest.mark.parametrize("verify", ["off", "warn"])
def test_unchanged_settings_that_may_have_failed_are_verified(
    harness: Harness, acme: dict[str, Any], verify: str
) -> None:
    """`require` sends only settings that have passed."""
    news = acme | {"verify": "require", "triggers": ["restored"]}
    harness.lifecycle.update(acme | {"verify": verify}, news)
    assert len(harness.verifications) == 1
