"""Edits of a state, as a text editor, a script or an attacker makes them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from pulumi.runtime.rpc import UNKNOWN

from pulumi_smtpconfig.redaction import NOT_SHOWN
from tests.secrets import leaks

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Properties = dict[str, Any]

PASSWORD = "canary-0123-finch"
"""A password that could be a tenant, a host or a path, so that edits may make it one."""

IDENTITY = ("platform", "hostname", "tenantId", "basePath", "credentials")
KEYS = (
    *IDENTITY,
    *("host", "from", "fromDisplayName", "replyTo", "replyToDisplayName", "envelopeFrom"),
    *("port", "ssl", "starttls", "user", "password", "passwordFrom", "passwordFingerprint"),
    *("onDelete", "verify", "verifyRecipient", "triggers", "endpoint"),
)
"""The keys of a state."""

JUNK_KEYS = ("from_", "id", "urn", "__defaults", "__internal", "", " ", "\N{COLLISION SYMBOL}")
DEEP = json.loads("[" * 40 + '{"a": null}' + "]" * 40)
VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e300, 2**53, "", " ", "\n", "\0", "x" * 3000),
    *([], {}, [[]], [None], {"": {}}, {"a": [1, {"b": None}]}, DEEP, UNKNOWN, [UNKNOWN], NOT_SHOWN),
)
"""What is never right, or only by chance."""

LIKELY = {
    "platform": ("ssms", "shift", "keycloak", "SHIFT", "gmail"),
    "hostname": ("IDP.example.com", "idp.example.com:8443", "127.0.0.1", "a@b", "x.example/y", ":"),
    "tenantId": (".", "..", "a/b", "evil.example/", "x?y#z", "ä", "a" * 300),
    "basePath": ("/auth", "auth", "/", "/..", "//evil.example"),
    "credentials": ("granted", "prod"),
    "onDelete": ("clear", "clear", "clear", "retain", "purge"),
    "passwordFrom": ("env:NOT_SET", "env:PATH", "env:", "file:/", "file:/dev/zero", "file:/\0"),
    "passwordFingerprint": ("$scrypt$ln=19,r=99,p=1$abcd$abcd", "$scrypt$ln=11,r=8,p=1$a$a"),
    "verify": ("require", "warn"),
    "port": ("587", "0587", "99999", 465.0),
}
"""What an editor might write for a key, right or wrong."""

WRAPPED: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: f"/{text}",
    lambda text: f"{text}.example.com",
    lambda text: text[:10],
    lambda text: text[-9:],
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: f"env:{text.replace('-', '_')}",
)
"""What becomes of the password where it is copied to another key."""


def edited(random: Random, state: Properties) -> Properties:
    """Return a state after one to four edits.

    If the password is in another property, its own property or reference is kept: the provider gets
    plain values, and could not know otherwise that such a text is a secret.
    """
    copy: Properties = json.loads(json.dumps(state))
    for _ in range(random.choice([1, 1, 1, 2, 3, 4])):
        random.choice(EDITS)(random, copy)
    others = json.dumps({key: value for key, value in copy.items() if key != "password"})
    own = {key: state[key] for key in ("password", "passwordFrom") if key in state}
    return copy | own if leaks(others, [PASSWORD]) else copy


def _any_key(random: Random) -> str:
    return random.choice(IDENTITY if random.random() < 0.4 else KEYS)


def _remove(random: Random, state: Properties) -> None:
    state.pop(_any_key(random), None)


def _replace(random: Random, state: Properties) -> None:
    state[_any_key(random)] = random.choice(VALUES)


def _rewrite(random: Random, state: Properties) -> None:
    key = random.choice(list(LIKELY))
    state[key] = random.choice(LIKELY[key])


def _add(random: Random, state: Properties) -> None:
    state[random.choice(JUNK_KEYS)] = random.choice(VALUES)


def _swap(random: Random, state: Properties) -> None:
    one, other = _any_key(random), _any_key(random)
    state[one], state[other] = state.get(other), state.get(one)


def _copy_the_password(random: Random, state: Properties) -> None:
    state[_any_key(random)] = random.choice(WRAPPED)(PASSWORD)


def _mistype(random: Random, state: Properties) -> None:
    key = _any_key(random)
    text = str(state.get(key) or "")
    at = random.randint(0, len(text))
    state[key] = text[:at] + random.choice(["", " ", "/", ":", "@", "é", "\n"]) + text[at + 1 :]


EDITS: tuple[Callable[[Random, Properties], None], ...] = (
    *(_remove, _replace, _rewrite, _add, _swap, _copy_the_password, _mistype),
)
