"""Warnings and progress on the resource that they are about, in every language."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import ContextVar

import grpc
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.proto.engine_pb2_grpc import EngineStub

NO_PROXY = [("grpc.enable_http_proxy", 0)]
"""The engine is on this machine, and http_proxy is for others."""

current_urn: ContextVar[str] = ContextVar("current_urn", default="")
"""The resource that the running operation is for."""


class EngineLog:
    """The engine's log.

    Args:
        address: Where the engine listens.
    """

    def __init__(self, address: str) -> None:
        self._stub = EngineStub(grpc.insecure_channel(address, NO_PROXY))
        self._lock = threading.Lock()
        self._told: set[tuple[str, str]] = set()

    def warn(self, text: str) -> None:
        """Show a warning on the current resource, once: a replacement is checked twice."""
        urn = current_urn.get()
        with self._lock:
            if (urn, text) in self._told:
                return
            self._told.add((urn, text))
        self._send(engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn))

    def progress(self, text: str) -> None:
        """Show what the current resource waits for, in a terminal and until that is over."""
        urn = current_urn.get()
        self._send(
            engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn, ephemeral=True)
        )

    def _send(self, request: engine_pb2.LogRequest) -> None:
        with suppress(grpc.RpcError):  # an engine that does not listen ends this process anyway
            self._stub.Log(request)
