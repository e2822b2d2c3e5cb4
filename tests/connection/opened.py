"""Connections to an emulator, closed when a test has done with them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.connection import Connection
from tests.stack_config import stack_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.interface import Request


@contextmanager
def connection_to(
    emulator: Emulator,
    settings: Mapping[str, object],
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Connection]:
    """Open a connection with these settings of the stack, which tries once unless they say else."""
    there = {"connectTo": emulator.address, "caBundle": str(emulator.ca_bundle), "retries": "0"}
    connection = Connection(stack_config(**{**there, **settings}), warn)
    try:
        yield connection
    finally:
        if connection._client:
            connection._client.close()


def send(emulator: Emulator, request: Request, **settings: object) -> dict[str, Any]:
    """Send a request through a connection of its own, with the emulator's token unless told."""
    with connection_to(emulator, {"token": emulator.token, **settings}) as connection:
        return connection.send(request)


def client(emulator: Emulator) -> dict[str, str]:
    """Return what the emulator grants a token for."""
    return {"clientId": emulator.client_id, "clientSecret": emulator.client_secret}


def kinds(emulator: Emulator) -> list[str]:
    """Return what the emulator was asked for, in order: a token, or mail settings."""
    return ["token" if r.path.endswith("/token") else "mail" for r in emulator.requests]
