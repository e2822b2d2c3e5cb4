"""What the platforms are sent, as the contract documents it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.platforms import PLATFORMS
from pulumi_smtpconfig.settings.models import PlatformName, SmtpSettings
from pulumi_smtpconfig.settings.parsing import parse

BOTH = [PlatformName.SSMS, PlatformName.SHIFT]
EVERY_PLATFORM = pytest.mark.parametrize("platform", BOTH)
ELEVEN = {
    "host",
    "from",
    "port",
    "starttls",
    "ssl",
    "replyTo",
    "replyToDisplayName",
    "fromDisplayName",
    "envelopeFrom",
    "user",
    "password",
}
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
PROGRAMS = st.fixed_dictionaries(
    {"host": st.just("smtp.acme.example"), "from": st.just("no-reply@acme.example")},
    optional={
        "fromDisplayName": TEXTS,
        "replyTo": st.sampled_from(["", "help@acme.example"]),
        "envelopeFrom": st.sampled_from(["", "bounce@acme.example"]),
        "port": st.integers(1, 65535),
        "ssl": st.booleans(),
        "starttls": st.booleans(),
        "user": TEXTS,
        "password": TEXTS.filter(lambda text: text.strip("*")),
    },
)


def encoded(platform: PlatformName, properties: dict[str, Any]) -> dict[str, str]:
    """Return the body for these settings."""
    return PLATFORMS[platform].encode(parse(SmtpSettings, properties)[0])


@EVERY_PLATFORM
@given(program=PROGRAMS)
def test_the_body_has_eleven_texts(platform: PlatformName, program: dict[str, Any]) -> None:
    """Whether the platform merges or replaces, all of its fields are sent, each as a text."""
    body = encoded(platform, program)
    assert set(body) == ELEVEN
    assert set(map(type, body.values())) == {str}


@EVERY_PLATFORM
def test_the_body_says_everything_as_the_sample_does(
    platform: PlatformName, acme: dict[str, Any]
) -> None:
    """Port and booleans are texts, and every other value is what the program says."""
    texts = {key: acme[key] for key in ELEVEN}
    assert encoded(platform, acme) == texts | {"port": "587", "starttls": "true", "ssl": "false"}


@EVERY_PLATFORM
def test_a_cleared_setting_is_an_empty_text(platform: PlatformName) -> None:
    """What a program leaves out is cleared, not left as it was."""
    least = {"host": "smtp.acme.example", "from": "no-reply@acme.example", "ssl": True}
    cleared = dict.fromkeys(ELEVEN, "")
    tls = {"port": "465", "starttls": "false", "ssl": "true"}
    assert encoded(platform, least) == cleared | least | tls


@given(program=PROGRAMS)
def test_keycloak_gets_what_is_not_empty_and_a_login_only_with_auth(
    program: dict[str, Any],
) -> None:
    """A user is kept and used only with `auth`, and without one there is no trace of a login."""
    full, body = encoded(PlatformName.SSMS, program), encoded(PlatformName.KEYCLOAK, program)
    login = {"auth": "true", "authType": "basic"} if full["user"] else {}
    assert body == {key: value for key, value in full.items() if value} | login
