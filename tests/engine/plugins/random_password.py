"""A stand-in for pulumi-random's plugin, where that cannot be downloaded: RandomPassword alone."""

# ruff: noqa: N802 - the methods are named by gRPC

from __future__ import annotations

import secrets
import string
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

RANDOM_PASSWORD = "random:index/randomPassword:RandomPassword"


class RandomPasswords(ResourceProviderServicer):
    """Makes a password of `length` letters and digits, once."""

    def CheckConfig(self, request: Any, _: Any) -> pb.CheckResponse:
        """Take any config."""
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _: Any) -> pb.DiffResponse:
        """Find no change."""
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _: Any) -> pb.ConfigureResponse:
        """Say that secrets are understood."""
        return pb.ConfigureResponse(acceptSecrets=True)

    def GetPluginInfo(self, _request: Any, _: Any) -> plugin_pb2.PluginInfo:
        """Name a version that any SDK takes."""
        return plugin_pb2.PluginInfo(version="4.0.0")

    def Check(self, request: Any, _: Any) -> pb.CheckResponse:
        """Take what the program gives."""
        return pb.CheckResponse(inputs=request.news)

    def Diff(self, _request: Any, _: Any) -> pb.DiffResponse:
        """Find no change."""
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)

    def Create(self, request: Any, _: Any) -> pb.CreateResponse:
        """Make the password."""
        length = int(request.properties["length"])
        alphabet = string.ascii_letters + string.digits
        properties = Struct()
        properties.update(request.properties)
        properties["result"] = "".join(secrets.choice(alphabet) for _ in range(length))
        return pb.CreateResponse(id="none", properties=properties)

    def Delete(self, _request: Any, _: Any) -> Empty:
        """Forget it."""
        return Empty()


def main() -> None:
    """Serve until the engine ends this process."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    add_ResourceProviderServicer_to_server(RandomPasswords(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


main()
