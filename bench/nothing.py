"""A dynamic provider that does nothing, which shows what the engine costs by itself."""

from __future__ import annotations

import os
import time
from inspect import signature
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = {"resource_name", "lint_ignore", "opts"}
PROPERTIES = [*signature(SmtpConfig).parameters.keys() - OPTIONS, "endpoint"]
WAIT = "BENCH_WAIT"
"""The variable with the seconds that create and read wait, as long as a request would."""


class NothingProvider(ResourceProvider):
    """Takes all as it is."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Take the inputs as they are."""
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See no changes, as the benchmark makes none."""
        return DiffResult(changes=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait; the outputs are the inputs and one more, as with the real provider."""
        _wait()
        return CreateResult(props["tenant_id"], {**props, "endpoint": "https://idp.example.com/"})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Wait, and find what the state has."""
        _wait()
        return ReadResult(id_, props, {key: props[key] for key in props if key != "endpoint"})


class Nothing(Resource, module="bench", name="Nothing"):
    """A resource with the real one's properties, one of them a secret."""

    def __init__(self, name: str, arguments: Mapping[str, Any]) -> None:
        left_out = dict.fromkeys(PROPERTIES)
        secret = {"password": pulumi.Output.secret(arguments["password"])}
        opts = pulumi.ResourceOptions(additional_secret_outputs=["password"])
        properties = {**left_out, **arguments, **secret}
        super().__init__(NothingProvider(), name, properties, opts)


def _wait() -> None:
    time.sleep(float(os.environ[WAIT]))
