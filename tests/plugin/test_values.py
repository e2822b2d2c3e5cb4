from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.plugin.values import decode, encode, secret_keys
from tests.plugin.engine import UNKNOWN, secret

KEYS = st.text("abc", min_size=1, max_size=3)
PLAIN = st.text(max_size=5) | st.booleans() | st.integers(0, 9) | st.just(UNKNOWN)
LEAVES = PLAIN | PLAIN.map(secret)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
CANARY = "c4n4ry"


def marked_anywhere(value: Any) -> bool:
    """Return whether the canary occurs outside a secret."""
    if isinstance(value, dict):
        return value != secret(value.get("value")) and any(map(marked_anywhere, value.values()))
    return any(map(marked_anywhere, value)) if isinstance(value, list) else value == CANARY


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_marks_survive_the_way_through_the_lifecycle(properties: dict[str, Any]) -> None:
    """What comes back unchanged has its secrets and unknown values where they were."""
    assert MessageToDict(encode(decode(properties), properties, ())) == properties


@given(VALUES.filter(lambda value: bool(secret_keys({"a": value}))), st.booleans())
def test_a_changed_value_is_as_secret_as_before(value: object, in_list: bool) -> None:  # noqa: FBT001 - hypothesis gives it by place
    """A canonical form in place of what was given, or of a part of it, is a secret as a whole."""
    changed: Any = [CANARY] if in_list else CANARY
    assert not marked_anywhere(MessageToDict(encode({"a": changed}, {"a": value}, ()))["a"])


@given(PLAIN)
def test_a_secret_key_is_secret_whatever_is_given(value: object) -> None:
    """A program may give it plain."""
    assert MessageToDict(encode(decode({"a": value}), {"a": value}, {"a"})) == {"a": secret(value)}
