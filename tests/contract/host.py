"""The dynamic host as a process, called over gRPC as the engine calls it."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from pulumi.runtime.rpc import UNKNOWN

from pulumi_smtpconfig.property_names import PROVIDER_KEY
from pulumi_smtpconfig.provider import SmtpConfigProvider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["UNKNOWN", "Host", "HostError"]

URN = "urn:pulumi:dev::proj::pulumi-python:dynamic/smtpconfig:SmtpConfig::mail"
Properties = dict[str, Any]

PATIENCE = 300.0
"""Seconds for a call, none of which takes a tenth of them."""


class HostError(Exception):
    """What the engine shows if a call fails."""


class Host:
    """A process of `python -m pulumi.dynamic`, with the calls of the engine.

    Args:
        python: The interpreter of an environment with the provider.
        environment: All environment variables of the process.
        config: The stack's config; keys have their namespace.
    """

    def __init__(
        self, python: Path, environment: Mapping[str, str], config: Mapping[str, str]
    ) -> None:
        self._process = subprocess.Popen(
            [python, "-u", "-m", "pulumi.dynamic"],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout
        port = self._process.stdout.readline().strip()
        # Read all the time, because a host that prints more than the pipe holds would wait.
        self._printed = ThreadPoolExecutor(1).submit(self._process.communicate)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = ResourceProviderStub(self._channel)
        self._provider = {PROVIDER_KEY: serialize_provider(SmtpConfigProvider())}
        self._stub.Configure(pb.ConfigureRequest(args=_struct(config)))

    def begin(self, config: Mapping[str, str]) -> None:
        """Begin another operation with this config, as a process of its own would.

        The host keeps providers by their serialized text, and decoding that ignores line ends.
        """
        self._provider[PROVIDER_KEY] += "\n"
        self._stub.Configure(pb.ConfigureRequest(args=_struct(config)))

    def close(self) -> str:
        """Stop the host; return what it printed after its port."""
        self._channel.close()
        self._process.terminate()
        return self._printed.result()[0]

    def check(
        self, news: Properties, olds: Properties | None = None
    ) -> tuple[Properties, list[str]]:
        """Return the canonical inputs, and the problems as property|reason."""
        known = self._props(olds) if olds is not None else None
        request = pb.CheckRequest(urn=URN, olds=known, news=self._props(news))
        response = self._call("Check", request)
        return _plain(response.inputs), [f"{f.property}|{f.reason}" for f in response.failures]

    def diff(self, olds: Properties, news: Properties) -> tuple[bool, list[str]]:
        """Return whether anything changed, and the keys that cause a replacement."""
        response = self._call(
            "Diff", pb.DiffRequest(id="id", olds=self._props(olds), news=self._props(news))
        )
        return response.changes == pb.DiffResponse.DIFF_SOME, list(response.replaces)

    def create(self, inputs: Properties) -> tuple[str, Properties]:
        """Return the id and the outputs."""
        response = self._call("Create", pb.CreateRequest(urn=URN, properties=self._props(inputs)))
        return response.id, _plain(response.properties)

    def read(self, state: Properties) -> tuple[str, Properties, Properties]:
        """Return the id, the outputs and the inputs."""
        response = self._call("Read", pb.ReadRequest(id="id", properties=self._props(state)))
        return response.id, _plain(response.properties), _plain(response.inputs)

    def update(self, olds: Properties, news: Properties) -> Properties:
        """Return the outputs."""
        request = pb.UpdateRequest(id="id", olds=self._props(olds), news=self._props(news))
        return _plain(self._call("Update", request).properties)

    def delete(self, state: Properties) -> None:
        """Delete the resource."""
        self._call("Delete", pb.DeleteRequest(id="id", properties=self._props(state)))

    def _props(self, properties: Properties) -> Struct:
        return _struct(properties | self._provider)

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=PATIENCE)
        except grpc.RpcError as error:
            raise HostError(error.details()) from None


def _struct(properties: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update({key: value for key, value in properties.items() if value is not None})
    return struct


def _plain(struct: Struct) -> Properties:
    return {key: value for key, value in MessageToDict(struct).items() if key != PROVIDER_KEY}
