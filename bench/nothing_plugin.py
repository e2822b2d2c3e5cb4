"""A native plugin that does nothing, in the place of ours: its time is the engine's and gRPC's."""

# ruff: noqa: N802 - the methods are named by gRPC

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

THREADS = 64


class Nothing(ResourceProviderServicer):
    """Accepts everything, and waits as long as a request would take."""

    def GetPluginInfo(self, _request: Any, _: Any) -> plugin_pb2.PluginInfo:
        """Name a version that any SDK takes."""
        return plugin_pb2.PluginInfo(version="4.0.0")

    def CheckConfig(self, request: pb.CheckRequest, _: Any) -> pb.CheckResponse:
        """Accept the settings."""
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _: Any) -> pb.DiffResponse:
        """Find no changes."""
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _: Any) -> pb.ConfigureResponse:
        """Say that secrets are understood."""
        return pb.ConfigureResponse(acceptSecrets=True)

    def Check(self, request: pb.CheckRequest, _: Any) -> pb.CheckResponse:
        """Accept the inputs."""
        return pb.CheckResponse(inputs=request.news)

    def Diff(self, _request: Any, _: Any) -> pb.DiffResponse:
        """Find no changes: the benchmark makes none."""
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)

    def Create(self, request: pb.CreateRequest, _: Any) -> pb.CreateResponse:
        """Wait; like the real plugin, return the inputs and an endpoint."""
        _wait()
        response = pb.CreateResponse(id=str(request.properties["tenantId"]))
        response.properties.CopyFrom(request.properties)
        response.properties["endpoint"] = "https://idp.example.com/"
        return response

    def Read(self, request: pb.ReadRequest, _: Any) -> pb.ReadResponse:
        """Wait, and return the state."""
        _wait()
        return pb.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, _request: Any, _: Any) -> Empty:
        """Forget it."""
        return Empty()


def _wait() -> None:
    time.sleep(float(os.environ["BENCH_LATENCY"]))


if __name__ == "__main__":
    server = grpc.server(ThreadPoolExecutor(THREADS))
    add_ResourceProviderServicer_to_server(Nothing(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
