"""Resources of providers that do nothing: their time is the engine's."""

from __future__ import annotations

import os
import time
from inspect import signature
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
)

from pulumi_smtpconfig import SmtpConfig
from pulumi_smtpconfig.property_names import KEYS, TYPES

OPTIONS = {"resource_name", "lint_ignore", "opts"}
PROPERTIES = [*signature(SmtpConfig).parameters.keys() - OPTIONS, "endpoint"]


class NothingProvider(ResourceProvider):
    """Accepts everything, and waits as long as a request would take."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Accept the inputs."""
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Find no changes: the benchmark makes none."""
        return DiffResult(changes=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait; like the real provider, return the inputs and an endpoint."""
        _wait()
        return CreateResult(props["tenant_id"], {**props, "endpoint": "https://idp.example.com/"})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Wait, and return the state."""
        _wait()
        return ReadResult(id_, props, {key: props[key] for key in props if key != "endpoint"})


class Nothing(Resource, module="bench", name="Nothing"):
    """A resource with as many properties as the real one, one of them a secret."""

    def __init__(self, name: str, **arguments: Any) -> None:
        super().__init__(NothingProvider(), name, _properties(arguments), _SECRET)


class NativeNothing(pulumi.CustomResource):
    """The same resource for `bench.nothing_plugin`."""

    def __init__(self, name: str, **arguments: Any) -> None:
        properties = {KEYS.get(key, key): value for key, value in _properties(arguments).items()}
        super().__init__(TYPES["native"], name, properties, _SECRET)


_SECRET = pulumi.ResourceOptions(additional_secret_outputs=["password"])


def _properties(arguments: dict[str, Any]) -> dict[str, Any]:
    secret = {"password": pulumi.Output.secret(arguments["password"])}
    return {**dict.fromkeys(PROPERTIES), **arguments, **secret}


def _wait() -> None:
    time.sleep(float(os.environ["BENCH_LATENCY"]))
