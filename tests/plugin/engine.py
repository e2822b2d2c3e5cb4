"""The plugin as a process, with the engine that it is called by and reports to."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.engine_pb2_grpc import EngineServicer, add_EngineServicer_to_server
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pulumi.runtime.proto import engine_pb2

URN = "urn:pulumi:dev::proj::smtpconfig:index:SmtpConfig::"
PATIENCE = 300.0
"""Seconds for a call, none of which takes a tenth of them."""

MARK = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
Properties = dict[str, Any]


def secret(value: object) -> dict[str, object]:
    """Return a value as the engine sends a secret."""
    return {MARK: SECRET, "value": value}


class CallFailed(Exception):
    """What the engine shows if a call fails."""


class Logged(NamedTuple):
    """A line, and the name of the resource that it is shown on."""

    name: str
    text: str


class Engine(EngineServicer):
    """A plugin's process, with the calls of the engine and what it logs.

    Args:
        program: The console script.
        environment: All environment variables of the process.
        settings: The inputs of the provider.
        name: Its name.
        project: The project's name.
    """

    def __init__(
        self,
        program: Path,
        environment: Mapping[str, str],
        settings: Properties | None = None,
        name: str = "default",
        project: str = "proj",
    ) -> None:
        self.warnings: list[Logged] = []
        self.statuses: list[Logged] = []
        self._server = grpc.server(ThreadPoolExecutor(8))
        add_EngineServicer_to_server(self, self._server)
        address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        self.process = subprocess.Popen(
            [program, address],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self.process.stdout.readline().strip()}")
        self.stub = ResourceProviderStub(self._channel)
        handshake = pb.ProviderHandshakeRequest(engine_address=address, configure_with_urn=True)
        assert self.stub.Handshake(handshake).accept_secrets
        self.urn = f"urn:pulumi:dev::{project}::pulumi:providers:smtpconfig::{name}"
        self.stub.Configure(
            pb.ConfigureRequest(args=struct(settings or {}), name=name, urn=self.urn)
        )

    def close(self) -> None:
        """End the plugin, which printed nothing but its port."""
        assert self.process.stdout
        self.process.terminate()
        printed = "" if self.process.stdout.closed else self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        self._channel.close()
        self._server.stop(None)
        assert not printed

    def Log(self, request: engine_pb2.LogRequest, _: object) -> Empty:  # noqa: N802 - the protocol's name
        """Keep a warning, or a status, which only a terminal shows."""
        kept = self.statuses if request.ephemeral else self.warnings
        kept.append(Logged(request.urn.split("::", 3)[-1], request.message))
        return Empty()

    def check(
        self, news: Properties, olds: Properties | None = None, name: str = "mail"
    ) -> tuple[Properties, list[str]]:
        """Return the canonical inputs with marks, and the problems as property|reason."""
        request = pb.CheckRequest(urn=URN + name, olds=struct(olds or {}), news=struct(news))
        response = self.call("Check", request)
        return MessageToDict(response.inputs), [
            f"{f.property}|{f.reason}" for f in response.failures
        ]

    def diff(self, olds: Properties, news: Properties) -> tuple[dict[str, str], pb.DiffResponse]:
        """Return what happens to each property that changes, and all of the response."""
        request = pb.DiffRequest(id="id", urn=f"{URN}mail", olds=struct(olds), news=struct(news))
        response = self.call("Diff", request)
        kinds = {key: pb.PropertyDiff.Kind.Name(d.kind) for key, d in response.detailedDiff.items()}
        return kinds, response

    def create(self, inputs: Properties, *, preview: bool = False) -> tuple[str, Properties]:
        """Return the id and the outputs with marks."""
        request = pb.CreateRequest(urn=f"{URN}mail", properties=struct(inputs), preview=preview)
        response = self.call("Create", request)
        return response.id, MessageToDict(response.properties)

    def read(
        self, id_: str, state: Properties | None = None, inputs: Properties | None = None
    ) -> tuple[str, Properties, Properties]:
        """Return the id, the outputs and the inputs, with marks."""
        request = pb.ReadRequest(
            id=id_, urn=f"{URN}mail", properties=struct(state or {}), inputs=struct(inputs or {})
        )
        response = self.call("Read", request)
        return response.id, MessageToDict(response.properties), MessageToDict(response.inputs)

    def update(self, olds: Properties, news: Properties, *, preview: bool = False) -> Properties:
        """Return the outputs with marks."""
        request = pb.UpdateRequest(
            id="id", urn=f"{URN}mail", olds=struct(olds), news=struct(news), preview=preview
        )
        outputs: Properties = MessageToDict(self.call("Update", request).properties)
        return outputs

    def delete(self, state: Properties) -> None:
        """Delete the resource."""
        self.call("Delete", pb.DeleteRequest(id="id", urn=f"{URN}mail", properties=struct(state)))

    def call(self, method: str, request: Any) -> Any:
        """Call a method of the plugin."""
        try:
            return getattr(self.stub, method)(request, timeout=PATIENCE)
        except grpc.RpcError as error:
            raise CallFailed(error.details()) from None


def struct(properties: Properties) -> Struct:
    """Return properties for the wire."""
    result = Struct()
    result.update(properties)
    return result
