"""States that somebody edited, or that lost properties."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError
from tests.lifecycle.sender import Harness

IDENTITY = ["platform", "hostname", "tenantId"]
BROKEN: list[dict[str, Any]] = [
    *({key: None} for key in IDENTITY),
    *({key: {"x": [1]}} for key in [*IDENTITY, "basePath", "credentials"]),
    {"platform": "gmail"},
    {"hostname": "idp.example.com/x"},
    {"tenantId": ".."},
    {"basePath": "/.."},
]
"""What makes it impossible to say where to send a request."""


@pytest.fixture
def state(acme: dict[str, Any]) -> dict[str, Any]:
    """The state of a tenant on Keycloak, which is read and can be cleared."""
    return acme | {"platform": "keycloak", "endpoint": "https://idp.example.com/admin/realms/ACME"}


@pytest.mark.parametrize("edit", [*BROKEN, dict.fromkeys(["from", *IDENTITY])], ids=str)
def test_a_retained_tenant_is_sent_nothing_whatever_the_state_says(
    harness: Harness, state: dict[str, Any], edit: dict[str, Any]
) -> None:
    """Destroying needs neither a platform nor a tenant, and a warning says what stays."""
    harness.lifecycle.delete(state | edit)
    (warning,) = harness.warnings
    assert 'keeps its mail settings: onDelete is "retain".' in warning
    assert not harness.sent


@pytest.mark.parametrize("edit", BROKEN, ids=str)
def test_a_clear_that_the_state_does_not_describe_says_how_to_end_it(
    harness: Harness, state: dict[str, Any], edit: dict[str, Any]
) -> None:
    """It names the property that is missing or wrong, and sends nothing."""
    with pytest.raises(ConfigurationError) as caught:
        harness.lifecycle.delete(state | {"onDelete": "clear"} | edit)
    doing, happened, remedy = str(caught.value).splitlines()
    assert doing.endswith("clearing them failed.")
    assert f"The state does not say where to send the request: {next(iter(edit))}: " in happened
    assert "`pulumi state delete URN`" in remedy
    assert not harness.sent


@pytest.mark.parametrize("on_delete", ["purge", 5, True, {}, ["clear"]], ids=str)
def test_what_is_not_clear_is_not_cleared(
    harness: Harness, state: dict[str, Any], on_delete: object
) -> None:
    """Keeping settings can be put right later, clearing them cannot."""
    harness.lifecycle.delete(state | {"onDelete": on_delete})
    (warning,) = harness.warnings
    assert warning.endswith("keeps its mail settings: onDelete is not valid in the state.")
    assert not harness.sent


@pytest.mark.parametrize("platform", ["ssms", "shift"])
def test_a_platform_that_cannot_clear_is_sent_nothing(
    harness: Harness, state: dict[str, Any], platform: str
) -> None:
    """Only an edited state can ask for it."""
    harness.lifecycle.delete(state | {"platform": platform, "onDelete": "clear"})
    (warning,) = harness.warnings
    assert "offers no way to delete them" in warning
    assert not harness.sent


@pytest.mark.parametrize("edit", BROKEN, ids=str)
def test_a_refresh_keeps_a_state_that_does_not_say_where_to_read(
    harness: Harness, state: dict[str, Any], edit: dict[str, Any]
) -> None:
    """`destroy --refresh` must not fail, and a warning names what is wrong and what corrects it."""
    read = harness.lifecycle.read(state | edit)
    assert read is not None
    assert read.outputs == state | edit
    (warning,) = harness.warnings
    assert f"({next(iter(edit))}: " in warning
    assert "`pulumi up`" in warning


@pytest.mark.parametrize("edit", BROKEN, ids=str)
def test_the_next_up_corrects_the_state(
    harness: Harness, acme: dict[str, Any], state: dict[str, Any], edit: dict[str, Any]
) -> None:
    """Another tenant is a replacement, other credentials are an update that sends."""
    news = acme | {"platform": "keycloak"}
    diff = harness.lifecycle.diff(state | edit, news)
    assert diff.changes == list(edit)
    assert diff.replaces == [key for key in edit if key != "credentials"]
    if diff.replaces:
        harness.lifecycle.create(news)
        harness.lifecycle.delete(state | edit)
    else:
        harness.lifecycle.update(state | edit, news)
    (request,) = harness.sent
    assert request.url == state["endpoint"]


@pytest.mark.parametrize("triggers", [5, "x", {"a": 1}, None], ids=str)
def test_invalid_triggers_in_the_state_send_the_settings_again(
    harness: Harness, acme: dict[str, Any], triggers: object
) -> None:
    """Nobody knows what they were."""
    news = acme | {"triggers": ["a"]}
    assert harness.lifecycle.diff(acme | {"triggers": triggers}, news).changes == ["triggers"]
    harness.lifecycle.update(acme | {"triggers": triggers}, news)
    assert len(harness.sent) == 1


@pytest.mark.parametrize("key", ["tenantId", "hostname", "basePath", "credentials"])
@pytest.mark.parametrize("step", ["read", "delete", "check"])
def test_a_password_in_the_place_of_a_name_is_not_shown(
    state: dict[str, Any], key: str, step: str
) -> None:
    """Neither in a warning nor in an error, whoever worded it."""
    password = "canary-0123-finch"
    value = f"/{password}" if key == "basePath" else password
    failure = SmtpConfigError(f"No {password} there.", f"set it in https://x/{password}.")
    harness = Harness(failure, reason=f"There are no credentials {password}.")
    harness.realm = failure
    edited = state | {"password": password, key: value, "onDelete": "clear"}
    shown = []
    try:
        shown.append(getattr(harness.lifecycle, step)(edited))
    except SmtpConfigError as error:
        shown.append(error)
    problems = getattr(shown[0], "problems", shown)
    assert password not in f"{harness.warnings} {[str(each) for each in problems]}"


def test_a_weak_password_hides_no_error(acme: dict[str, Any]) -> None:
    """Only a name of the resource's own makes a text suspicious."""
    harness = Harness(SmtpConfigError("The platform said no.", "ask it why."))
    with pytest.raises(SmtpConfigError, match=r"The platform said no\.\n  Next: ask it why\."):
        harness.lifecycle.create(acme | {"password": "platform"})
