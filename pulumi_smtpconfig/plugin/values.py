"""Property values on the wire: plain values, unknown ones, and secrets, whatever their depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from pulumi_smtpconfig.problems import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - Pulumi's mark of a secret, not one
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
"""The marks of Pulumi's protocol (`sdk/go/common/resource/properties.go`)."""

UNKNOWNS = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
"""A value that is not known yet: text, boolean, number, list, asset, archive, object."""

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

INTERNAL = "__"
"""What begins the keys of the engine's and the dynamic host's own properties."""


def raw(struct: Struct) -> dict[str, Any]:
    """Return properties with their marks."""
    properties: dict[str, Any] = MessageToDict(struct)
    return properties


def decode(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties without marks; one with an unknown value anywhere in it is `UNKNOWN`."""
    return {
        key: UNKNOWN if _is_unknown(value) else _plain(value)
        for key, value in properties.items()
        if value is not None and not key.startswith(INTERNAL)
    }


def encode(values: Mapping[str, Any], given: Mapping[str, Any], secrets: Collection[str]) -> Struct:
    """Return properties for the wire.

    Args:
        values: Plain values, `UNKNOWN` among them.
        given: The properties with marks that they come from; what is secret there stays so.
        secrets: The keys that are secret in any case.
    """
    struct = Struct()
    struct.update(
        {key: _mark(value, given.get(key), key in secrets) for key, value in values.items()}
    )
    return struct


def secret_keys(properties: Mapping[str, Any]) -> set[str]:
    """Return the keys of properties that have a secret anywhere in them."""
    return {key for key, value in properties.items() if _has_secret(value)}


def _mark(value: Any, given: Any, is_secret: bool) -> Any:  # noqa: FBT001 - all three by place
    if value is UNKNOWN:
        value = UNKNOWN_TEXT if given is None else given
    elif isinstance(value, (list, dict)) and given is not None and _plain(given) == value:
        value = given  # with its secrets where they are
    elif _has_secret(given):
        is_secret = True
    if is_secret and not (isinstance(value, dict) and value.get(SIGNATURE) == SECRET):
        return {SIGNATURE: SECRET, "value": value}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) in {SECRET, OUTPUT}:
            return _plain(value.get("value"))
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _is_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == OUTPUT and "value" not in value:
            return True
        return any(map(_is_unknown, value.values()))
    return any(map(_is_unknown, value)) if isinstance(value, list) else value in UNKNOWNS


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        is_secret = value.get(SIGNATURE) == SECRET or (
            value.get(SIGNATURE) == OUTPUT and value.get("secret") is True
        )
        return is_secret or any(map(_has_secret, value.values()))
    return isinstance(value, list) and any(map(_has_secret, value))
