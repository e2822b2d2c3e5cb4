"""The life of a resource on plain values, with a list in place of a network."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_smtpconfig.errors import Refused, SmtpConfigError
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
from tests.lifecycle.sender import KeepingSender

SSMS_URL = "https://ACME.idp.example.com/digitanium/v4/mail/config"
IDENTITY = ["platform", "hostname", "tenantId"]


class World(KeepingSender):
    """A lifecycle and its sender, with everything that is sent and told."""

    def __init__(self, failure: SmtpConfigError | None = None) -> None:
        super().__init__(failure)
        self.told: list[str] = []
        self.lifecycle = Lifecycle(self, self.told.append)


def test_check_and_diff_send_and_tell_nothing(acme: dict[str, Any]) -> None:
    """A preview has no effect."""
    world = World()
    world.lifecycle.diff(acme, world.lifecycle.check(acme | {"port": 25}).inputs)
    assert (world.sent, world.told) == ([], [])


def test_create_sends_everything_once(acme: dict[str, Any]) -> None:
    """One POST has the body, the password as what not to repeat, and what a token is for."""
    world = World()
    id_, outputs = world.lifecycle.create(acme)
    texts = {key: value for key, value in acme.items() if key not in IDENTITY}
    body = texts | {"port": "587", "starttls": "true", "ssl": "false"}
    (request,) = world.sent
    assert request._asdict() == {
        "access": ("idp.example.com", "ACME", "ACME.idp.example.com", "", ""),
        "method": "POST",
        "url": SSMS_URL,
        "body": body,
        "secrets": (acme["password"],),
    }
    assert id_ == "ssms/idp.example.com/ACME"
    assert outputs == acme | {"endpoint": SSMS_URL}


@pytest.mark.parametrize(
    "change",
    [{"password": "another"}, {"port": 2525}, {"user": "ACME"}, {"starttls": False}],
    ids=str,
)
def test_update_sends_everything_once(acme: dict[str, Any], change: dict[str, Any]) -> None:
    """One changed setting sends all eleven, so that merging platforms agree with replacing ones."""
    world, news = World(), acme | change
    outputs = world.lifecycle.update(acme | {"endpoint": SSMS_URL}, news)
    (request,) = world.sent
    assert (request.method, request.url, len(request.body or {})) == ("POST", SSMS_URL, 11)
    assert set(request.secrets) == {news["password"], acme["password"]}
    assert outputs == news | {"endpoint": SSMS_URL}


def test_update_sends_nothing_where_the_platform_would_get_the_same(acme: dict[str, Any]) -> None:
    """A new spelling is stored, not sent."""
    world, old = World(), acme | {"port": "587", "ssl": None, "hostname": "IDP.example.com"}
    assert world.lifecycle.update(old, acme) == acme | {"endpoint": SSMS_URL}
    assert world.sent == []


@pytest.mark.parametrize("step", ["create", "update"])
def test_a_failure_tells_tenant_url_words_and_remedy_and_no_password(
    acme: dict[str, Any], step: str
) -> None:
    """The error is the sender's own, with what was being done before it."""
    world = World(Refused("The platform said no.", "ask it why."))
    olds = [] if step == "create" else [acme | {"port": 25}]
    with pytest.raises(Refused) as caught:
        getattr(world.lifecycle, step)(*olds, acme)
    assert str(caught.value).splitlines() == [
        f'Mail settings of tenant "ACME": POST {SSMS_URL} failed.',
        "  The platform said no.",
        "  Next: ask it why.",
    ]


def test_delete_leaves_the_settings_and_says_so(acme: dict[str, Any]) -> None:
    """The platforms document no delete, so nothing is sent, and the user knows of which tenant."""
    world = World()
    world.lifecycle.delete(acme | {"endpoint": SSMS_URL})
    (line,) = world.told
    assert 'Tenant "ACME" on idp.example.com keeps its mail settings' in line
    assert "SSMS" in line
    assert world.sent == []


def test_a_resource_names_the_credentials_that_it_is_sent_with(acme: dict[str, Any]) -> None:
    """The name goes with the request and into the state, and not to the platform."""
    world = World()
    _, outputs = world.lifecycle.create(acme | {"credentials": "prod"})
    (request,) = world.sent
    assert (request.access.credentials, outputs["credentials"]) == ("prod", "prod")
    assert "credentials" not in (request.body or {})


def test_other_credentials_alone_send_nothing(acme: dict[str, Any]) -> None:
    """The platform would get the same, so the new name is stored for the next time."""
    world = World()
    outputs = world.lifecycle.update(acme, acme | {"credentials": "prod"})
    assert (outputs["credentials"], world.sent) == ("prod", [])
