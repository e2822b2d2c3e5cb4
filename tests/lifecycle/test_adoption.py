"""What a check tells of a tenant that is not in the state, and what the create adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import (
    ConfigurationError,
    ConnectionFailed,
    ReadFailed,
    RealmGone,
    Refused,
    SmtpConfigError,
    TokenNotGranted,
)
from pulumi_smtpconfig.lifecycle.adoption import Pace
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from pulumi_smtpconfig.problems import UNKNOWN
from pulumi_smtpconfig.property_names import KEYS
from tests.conftest import PASSWORD
from tests.lifecycle.sender import Harness
from tests.secrets import FORMS, leaks

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = 'Tenant "ACME" on idp.example.com'
HAS, HAS_THESE = f"{TITLE} already has mail settings. ", f"{TITLE} already has these mail settings"
MASK = "**********"
LIVE = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": "587",
    "starttls": "true",
    "ssl": "false",
    "fromDisplayName": "Acme",
    "replyTo": "help@acme.example",
    "replyToDisplayName": "Acme help",
    "envelopeFrom": "bounce@acme.example",
    "user": "acme",
    "password": MASK,
}
"""The settings of the fixture `acme`, as a platform has them."""

LIVE_ON_KEYCLOAK = LIVE | {"auth": "true", "authType": "basic"}
TEXTS = [key for key, value in LIVE.items() if value not in {"true", "false", "587", MASK}]


@pytest.fixture
def shift(acme: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a tenant on SHIFT."""
    return acme | {"platform": "shift"}


def having(live: object) -> Harness:
    """Return a harness whose realms have this map, or raise this error; reading is on."""
    harness = Harness()
    harness.settings = {"readBack": "admin"}
    harness.realm = live if isinstance(live, SmtpConfigError) else {"smtpServer": live}
    return harness


def told(live: object, inputs: dict[str, Any], *marked: str) -> str:
    """Return the line that a check of a new resource tells, which is all that it does."""
    harness = having(live)
    assert not harness.lifecycle.check(inputs, is_new=True, marked=marked).problems
    assert not harness.sent
    (line,) = harness.warnings
    return line


def test_a_tenant_with_other_settings_is_told_with_old_and_new_values(
    shift: dict[str, Any],
) -> None:
    """Each setting that the up replaces, and the secret by its name."""
    live = LIVE | {"host": "old.example", "port": "25", "starttls": "false", "user": ""}
    del live["replyTo"]
    without_name = {key: shift[key] for key in shift if key != "fromDisplayName"}
    assert told(live, without_name) == (
        f'{HAS}`pulumi up` replaces host: "old.example" -> "smtp.acme.example", '
        'fromDisplayName: "Acme" -> (none), port: 25 -> 587, starttls: false -> true, '
        'replyTo: (none) -> "help@acme.example", user: (none) -> "acme". Its password is sent too.'
    )


@pytest.mark.parametrize(
    "live",
    [{}, {"host": ""}, {"starttls": "false", "ssl": False, "port": "25"}, {"x": "y"}],
    ids=str,
)
def test_a_tenant_without_settings_is_told(shift: dict[str, Any], live: dict[str, Any]) -> None:
    """Switches, and keys of others, are no mail settings."""
    assert told(live, shift) == f"{TITLE} has no mail settings yet."


def test_a_tenant_that_has_the_same_settings_is_told(
    acme: dict[str, Any], shift: dict[str, Any]
) -> None:
    """What cannot be compared is sent, and what the platform surely lacks is named."""
    keycloak = acme | {"platform": "keycloak"}
    again = ". `pulumi up` sends them again, because the password cannot be compared."
    assert told(LIVE, shift) == told(LIVE_ON_KEYCLOAK, keycloak) == HAS_THESE + again
    lacking = {key: value for key, value in LIVE_ON_KEYCLOAK.items() if key != "password"}
    assert told(lacking, keycloak) == f"{HAS_THESE}, but no password, which `pulumi up` sends."
    login = {"user", "password", "auth", "authType"}
    open_relay = {key: value for key, value in LIVE.items() if key not in login}
    without = {key: value for key, value in shift.items() if key not in login}
    assert told(open_relay, without) == f"{HAS_THESE}. `pulumi up` changes nothing."


def test_a_password_that_goes_is_named_without_a_value(shift: dict[str, Any]) -> None:
    """A resource without a login removes it."""
    inputs = {key: value for key, value in shift.items() if key not in {"user", "password"}}
    line = told(LIVE | {"password": "0ld-canary"}, inputs)
    assert line == f'{HAS}`pulumi up` replaces password, user: "acme" -> (none).'


@pytest.mark.parametrize(
    ("live", "last"),
    [
        ({"host": " \t"}, 'host: (blank) -> "smtp.acme.example"'),
        ({"port": "none"}, 'port: "none" -> 587'),
        ({"host": "a\nwarning: b\x1b[2J"}, 'host: "a warning: b[2J" -> "smtp.acme.example"'),
        ({"host": "x" * 300}, f'host: "{"x" * 199}…" -> "smtp.acme.example"'),
        ({"host": ["a"]}, 'host: "[\'a\']" -> "smtp.acme.example"'),
    ],
    ids=["blank", "no number", "control characters", "long", "a list"],
)
def test_a_value_from_outside_is_quoted(
    shift: dict[str, Any], live: dict[str, Any], last: str
) -> None:
    """It cannot be taken for our words, and cannot end the line."""
    assert f" replaces {last}. " in told(LIVE | live, shift)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@pytest.mark.parametrize("key", TEXTS)
def test_a_value_that_contains_the_password_is_not_shown(
    shift: dict[str, Any], key: str, form: Callable[[str], str]
) -> None:
    """In any setting and any encoding, whether the password is given or read by reference."""
    line = told(LIVE | {key: f"x {form(PASSWORD)}"}, shift)
    assert f"{key}: (not shown, because it may contain a secret) -> " in line
    assert not leaks(line, [PASSWORD])


def test_a_referenced_password_is_not_shown_either(
    shift: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read as a check reads it anyway; one that cannot be read is not known to anybody."""
    inputs = {key: value for key, value in shift.items() if key != "password"}
    inputs |= {"passwordFrom": "env:ACME_PASSWORD"}
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    line = told(LIVE | {"user": PASSWORD}, inputs)
    assert not leaks(line, [PASSWORD])
    assert line.endswith("Its password is sent too.")
    monkeypatch.delenv("ACME_PASSWORD")
    harness = having(LIVE)
    harness.lifecycle.check(inputs, is_new=True)
    assert harness.warnings[-1].startswith(HAS_THESE)


def test_a_password_that_the_platform_shows_is_not_shown(shift: dict[str, Any]) -> None:
    """Not even in another setting."""
    line = told(LIVE | {"password": "0ld-canary-1", "user": "0ld-canary-1"}, shift)
    assert "canary" not in line


def test_what_a_program_marks_as_secret_is_not_shown(shift: dict[str, Any]) -> None:
    """Neither its own value, new or old, nor another setting that contains it."""
    inputs = shift | {"user": "canary-user", "replyTo": "canary-user@acme.example"}
    line = told(LIVE | {"user": "old-canary"}, inputs, "user", "triggers")
    assert "user: [secret] -> [secret]" in line
    assert "replyTo: " in line
    assert "canary" not in line


def test_the_tenant_is_named_even_if_a_marked_value_is_its_name(shift: dict[str, Any]) -> None:
    """The user of tenant ACME is often called acme."""
    line = told(LIVE, shift | {"tenantId": "acme"}, "user")
    assert line.startswith('Tenant "acme" on idp.example.com ')


@pytest.mark.parametrize("key", ["host", "from", "port", "ssl", "starttls", "user", "replyTo"])
def test_a_value_that_is_not_known_yet_is_told_as_such(shift: dict[str, Any], key: str) -> None:
    """The old one is shown."""
    line = told(LIVE, shift | {key: UNKNOWN})
    assert f"{key}: " in line
    assert line.endswith(" -> (not known yet). Its password is sent too.")
    assert told(LIVE, shift | {"password": UNKNOWN}).startswith(HAS_THESE)


KNOWN = {
    *("hostname", "tenantId", "platform", "basePath", "credentials"),
    *("verify", "onDelete", "lintIgnore", "triggers", "verifyRecipient"),
}
SETTINGS = sorted({*KEYS.values(), *LIVE, "debug", "timeout"} - KNOWN)


@given(
    unknown=st.sets(st.sampled_from(SETTINGS)),
    live=st.dictionaries(
        st.sampled_from(sorted({*LIVE_ON_KEYCLOAK, "timeout", "authTokenUrl", "allowutf8"})),
        st.one_of(
            st.text(max_size=30),
            st.sampled_from([PASSWORD, PASSWORD[4:13], MASK, "token", "587", "true"]),
            st.none() | st.booleans() | st.integers() | st.lists(st.text(max_size=3), max_size=2),
        ),
    ),
    platform=st.sampled_from(["shift", "keycloak"]),
)
def test_whatever_a_platform_has_one_line_tells_it(
    unknown: set[str], live: dict[str, Any], platform: str
) -> None:
    """It has no secret, no control character and no failure, whatever is not known yet."""
    tenant = {"platform": platform, "hostname": "idp.example.com", "tenantId": "ACME"}
    inputs = {**LIVE, **tenant, "password": PASSWORD, **dict.fromkeys(unknown, UNKNOWN)}
    harness = having(live)
    if harness.lifecycle.check(inputs, is_new=True).problems:
        return
    line = harness.warnings[-1]
    assert line.startswith(TITLE)
    assert line.isprintable()
    assert not leaks(line, [PASSWORD])


@pytest.mark.parametrize("key", ["platform", "hostname", "tenantId", "basePath", "credentials"])
def test_nothing_is_read_before_the_destination_is_known(acme: dict[str, Any], key: str) -> None:
    """A preview stays as it was."""
    harness = having(LIVE)
    harness.lifecycle.check(acme | {"platform": "keycloak", key: UNKNOWN}, is_new=True)
    assert not harness.reads
    assert not harness.warnings


def test_nothing_is_read_for_what_is_in_the_state_or_has_problems(shift: dict[str, Any]) -> None:
    """Only a create adopts, and only of a resource that is right."""
    harness = having(LIVE)
    harness.lifecycle.check(shift)
    assert harness.lifecycle.check(shift | {"port": 0}, is_new=True).problems
    harness.settings = {}
    harness.lifecycle.check(shift, is_new=True)
    assert not harness.reads
    assert not harness.warnings


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("No token is given for the platform.", "set it."),
        TokenNotGranted("No token came.", "check it."),
        ConnectionFailed("No connection.", "check it."),
        ReadFailed("The platform answered 403.", "ask."),
        RealmGone("Realm not found.", "create it."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_check_that_cannot_read_says_nothing(
    shift: dict[str, Any], error: SmtpConfigError
) -> None:
    """A pull request has no credentials, and a realm may be created by the same up."""
    harness = having(error)
    assert not harness.lifecycle.check(shift, is_new=True).problems
    assert len(harness.reads) == 1
    assert not harness.warnings


def test_what_a_check_read_serves_the_create(shift: dict[str, Any]) -> None:
    """One request reads and one sentence tells, in an operation that does both."""
    harness = having(LIVE | {"host": "old.example"})
    harness.lifecycle.create(harness.lifecycle.check(shift, is_new=True).inputs)
    assert len(harness.reads) == len(harness.sent) == len(harness.warnings) == 1


def test_a_platform_that_merges_is_read_anew_before_it_is_written(acme: dict[str, Any]) -> None:
    """What others changed meanwhile survives, and is told if it was not."""
    keycloak = acme | {"platform": "keycloak"}
    harness = having(LIVE_ON_KEYCLOAK | {"host": "old.example"})
    inputs = harness.lifecycle.check(keycloak, is_new=True).inputs
    harness.lifecycle.create(inputs)
    assert len(harness.reads) == 2
    assert len(harness.warnings) == 1
    inputs = harness.lifecycle.check(keycloak, is_new=True).inputs
    harness.realm = {"smtpServer": LIVE_ON_KEYCLOAK | {"host": "newer.example", "key": "kept"}}
    harness.lifecycle.create(inputs)
    assert harness.warnings[-1] == f"{TITLE} had other mail settings, which were replaced: host."
    assert harness.sent[-1].body
    assert harness.sent[-1].body["smtpServer"]["key"] == "kept"


def test_a_create_that_nobody_told_of_tells_it_afterwards(shift: dict[str, Any]) -> None:
    """The check could not read, but the create could."""
    harness = having(ConnectionFailed("No connection.", "check it."))
    inputs = harness.lifecycle.check(shift, is_new=True).inputs
    harness.realm = {"smtpServer": LIVE | {"host": "old.example"}}
    harness.lifecycle.create(inputs)
    assert harness.warnings == [f"{TITLE} had other mail settings, which were replaced: host."]


@pytest.mark.parametrize("checked", [True, False], ids=["after a check", "alone"])
@pytest.mark.parametrize("platform", ["shift", "keycloak"])
def test_a_refused_create_does_not_say_that_anything_was_replaced(
    acme: dict[str, Any], platform: str, *, checked: bool
) -> None:
    """The platform keeps what it had."""
    harness = Harness(failure=Refused("The platform answered 400.", "correct it."))
    harness.settings = {"readBack": "admin"}
    harness.realm = {"smtpServer": LIVE | {"host": "old.example"}}
    inputs = acme | {"platform": platform}
    harness.lifecycle.check(inputs, is_new=checked)
    with pytest.raises(Refused):
        harness.lifecycle.create(inputs)
    assert not [line for line in harness.warnings if "replaced" in line]


def test_each_read_gets_what_is_left_of_the_time(shift: dict[str, Any]) -> None:
    """Once nothing is left nothing is read, which is told with growing numbers."""
    assert Pace() == (2, 15)
    harness = having(LIVE)
    lifecycle = Lifecycle(harness, harness.warnings.append, Pace(tenant=2, total=0))
    for number in range(20):
        lifecycle.check(shift | {"tenantId": f"t{number}"}, is_new=True)
    assert not harness.reads
    numbers = [line.partition("so far: ")[2].partition(".")[0] for line in harness.warnings]
    assert numbers == ["1", "2", "4", "8", "16"]
    harness.lifecycle.check(shift, is_new=True)
    ((_, seconds),) = harness.reads
    assert seconds == 2
