from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_smtpconfig.property_names import SECRETS, TYPES
from tests.docs.pages import DOCS
from tools.schema import FILE, schema, text

if TYPE_CHECKING:
    from tests.plugin.engine import Engine

RESOURCE = schema()["resources"][TYPES["native"]]


def test_the_committed_schema_is_current() -> None:
    """After changing a model or a docstring, run `python -m tools.schema`."""
    assert FILE.read_text("utf-8") == text()


def test_the_plugin_serves_it_with_its_version(engine: Engine) -> None:
    """An SDK that is generated from it asks for this version."""
    served = json.loads(engine.stub.GetSchema(pb.GetSchemaRequest()).schema)
    assert served == schema() | {"version": version("pulumi-smtpconfig")}
    assert engine.stub.GetPluginInfo(Empty()).version == served["version"]


def test_every_property_is_described_in_the_names_of_all_languages() -> None:
    """No description has a name that only Python has, or speaks of classes and arguments there."""
    properties = [*RESOURCE["properties"].values(), *schema()["config"]["variables"].values()]
    described = [schema(), schema()["provider"], RESOURCE, *properties]
    descriptions = [one["description"] for one in described]
    assert all(descriptions)
    python = r"[a-z]_[a-z]|from_|opts\b|subclass|keyword|\bNone\b|\bTrue\b|\bFalse\b"
    assert not [d for d in descriptions if re.search(python, d)]


def test_every_description_stands_alone() -> None:
    """SDKs sort the properties, so none may point to the one before it or behind it."""
    properties = [*RESOURCE["properties"].values(), *schema()["config"]["variables"].values()]
    pointing = r"^(Its|That|This) |\bthe next\b|that address"
    assert not [d for p in properties if re.search(pointing, d := p["description"])]


def test_secrets_are_declared() -> None:
    """Every SDK hides them."""
    declared = {key for key, value in RESOURCE["properties"].items() if value.get("secret")}
    assert declared == set(SECRETS)


def test_every_connection_setting_is_a_provider_s() -> None:
    """The page lists the same keys."""
    page = (DOCS / "connection-settings.md").read_text("utf-8")
    keys = set(re.findall(r"^\| \[`smtpconfig:(\w+)`\]", page, re.MULTILINE))
    assert keys == schema()["provider"]["inputProperties"].keys()


def test_the_dynamic_resource_is_taken_over() -> None:
    """Each SDK has the alias."""
    assert RESOURCE["aliases"] == [{"type": "pulumi-python:dynamic/smtpconfig:SmtpConfig"}]
