"""No `repr` shows a secret, as a failed assertion or a debugger would."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.messages import Refused, Response
from pulumi_smtpconfig.emulator.secrecy import (
    PUBLIC_FIELDS,
    Secret,
    Settings,
    Tenants,
    secret_values,
)
from tests.emulator.requests import REALM, SHIFT, granted, send

CANARY = "canary-pw"


def test_nothing_that_a_test_looks_at_shows_a_secret(emulator: Emulator) -> None:
    """Requests and their parts, tenants, and what an assertion prints of them."""
    login = {"auth": "true", "user": "u", "password": CANARY}
    body = {"host": "h", "from": "f", "passwd": CANARY, **login}
    send(emulator.environment, SHIFT, body, Cookie=CANARY)
    send(emulator.environment, REALM, {"smtpServer": body}, "PUT")
    token = granted(emulator)
    secrets = (CANARY, token, emulator.token, emulator.client_secret)
    looked_at: list[object] = [emulator, emulator.tenants, emulator.tenants["acme"]]
    looked_at += [emulator.requests, *(each.headers for each in emulator.requests)]
    looked_at += [emulator.requests[0].json(), emulator.requests[1].json()]
    looked_at += [emulator.requests[2].form(), list(emulator.tenants.items())]
    looked_at += [emulator._application.journal.events, emulator._application.journal.last_changes]
    for each in looked_at:
        assert not [secret for secret in secrets if secret in repr(each) or secret in f"{each!r}"]
    assert emulator.tenants["acme"]["password"] == CANARY
    assert emulator.requests[0].header("authorization") == f"Bearer {emulator.token}"


WAYS: dict[str, Any] = {
    "item": lambda tenant: tenant.__setitem__("password", CANARY),
    "update": lambda tenant: tenant.update({"password": CANARY}),
    "update by name": lambda tenant: tenant.update(password=CANARY),
    "setdefault": lambda tenant: tenant.setdefault("password", CANARY),
    "or": lambda tenant: tenant.__ior__({"password": CANARY}),
}


@pytest.mark.parametrize("put", WAYS.values(), ids=WAYS)
def test_a_secret_is_masked_however_it_was_put_in(put: Any) -> None:
    """And it is the same text for everything else."""
    tenants = Tenants()
    tenants["acme"] = {"host": "h"}
    put(tenants["acme"])
    assert CANARY not in repr(tenants)
    assert tenants == {"acme": {"host": "h", "password": CANARY}}
    assert json.loads(json.dumps(tenants)) == tenants
    assert pickle.loads(pickle.dumps(tenants)) == tenants  # noqa: S301 - our own


@given(st.dictionaries(st.text(), st.text(min_size=1)))
def test_settings_are_an_ordinary_dictionary(given_settings: dict[str, str]) -> None:
    """Equal to the same plain one, in the same order; only public fields are shown."""
    settings = Settings(given_settings)
    assert settings == given_settings
    assert list(settings) == list(given_settings)
    shown = {name: value for name, value in given_settings.items() if name in PUBLIC_FIELDS}
    assert all(repr(value) in repr(settings) for value in shown.values())
    hidden = [x for name, x in settings.items() if name not in PUBLIC_FIELDS]
    assert all(isinstance(value, Secret) for value in hidden)


def test_a_response_shows_no_body() -> None:
    """It may hold a token, and an exception carries it."""
    response = Response(200, CANARY.encode())
    assert CANARY not in repr(response)
    assert CANARY not in repr(Refused(response))


def test_a_url_with_a_user_or_a_query_is_no_public_setting() -> None:
    """Neither `repr` shows it, nor the page elsewhere."""
    settings = {"authTokenUrl": "https://u:canary@login.example/token?key=canary"}
    assert "canary" not in repr(Settings(settings))
    assert secret_values(settings) == list(settings.values())
