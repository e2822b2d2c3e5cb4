"""Operations that fail, in one host process: each with its own config and faults."""

from __future__ import annotations

import base64
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from tests.contract.errors.canaries import CLIENT_SECRET, OAUTH_PASSWORD, USER
from tests.contract.host import Host, HostError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator, Fault

Config = dict[str, str | None]
OAUTH_USERNAME = "bob"


def nothing_else() -> AbstractContextManager[Config]:
    """Lead to the platform."""
    return nullcontext({})


class Failure(NamedTuple):
    """What makes an operation fail.

    Attributes:
        faults: What the platform's answers are replaced by.
        config: Settings that differ, None for one that is not given.
        properties: Properties of the resource that differ.
        server: Runs what answers in place of the platform, and yields settings that lead there.
    """

    faults: tuple[Fault, ...] = ()
    config: Config = {}  # noqa: RUF012 - nobody changes it
    properties: Mapping[str, object] = {}
    server: Callable[[], AbstractContextManager[Config]] = nothing_else


class Operations(Host):
    """A host that takes another config for each operation, as starting one for each is slow."""

    def __init__(self, python: Path, environment: Mapping[str, str], platform: Emulator) -> None:
        super().__init__(python, environment, {})
        self._platform = platform
        self._pickle = base64.b64decode(self._provider["__provider"])
        self._count = 0

    def failure(self, properties: Mapping[str, Any], failure: Failure) -> str:
        """Return what the engine shows when a creation fails."""
        inputs = {**properties, "platform": "shift", **failure.properties}
        return self.failing(failure, lambda host: host.create(inputs))

    def failing(self, failure: Failure, operation: Callable[[Operations], object]) -> str:
        """Return what the engine shows when an operation fails."""
        self._platform.requests.clear()
        with ExitStack() as stack:
            self._configure(failure.config | stack.enter_context(failure.server()))
            self._platform.order(*failure.faults)
            with pytest.raises(HostError) as error:
                operation(self)
        assert not self._platform._application.faults, "a fault was not met"
        return str(error.value)

    def _configure(self, config: Config) -> None:
        """Start anew, with the settings that reach the platform but for those given."""
        given = {f"smtpconfig:{key}": text for key, text in (self._settings() | config).items()}
        arguments = pb.ConfigureRequest()
        arguments.args.update({key: text for key, text in given.items() if text is not None})
        self._stub.Configure(arguments)
        # The host configures each provider once, and knows it by the text of its pickle; what
        # stands behind a pickle's end makes another text of the same.
        self._count += 1
        text = base64.b64encode(self._pickle + str(self._count).encode()).decode()
        self._provider = {"__provider": text}

    def _settings(self) -> Config:
        return {
            "token": self._platform.token,
            "clientId": USER,
            "clientSecret": CLIENT_SECRET,
            "oauthUsername": OAUTH_USERNAME,
            "oauthPassword": OAUTH_PASSWORD,
            "caBundle": str(self._platform.ca_bundle),
            "connectTo": self._platform.address,
            "retries": "0",
        }
