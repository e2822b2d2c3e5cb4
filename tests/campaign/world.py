"""A platform, and hosts of the provider that reach it with credentials which go out of date."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.endpoints import route
from tests.campaign.echoes import HEAD, TAIL
from tests.contract.host import Host

if TYPE_CHECKING:
    from typing_extensions import Self

    from pulumi_smtpconfig.emulator import Fault, ReceivedRequest
    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.resource import Resource

TOKEN_URL = "https://{hostname}/auth/realms/{tenantId}/protocol/openid-connect/token"


class World:
    """A platform that notes what it is sent, and a host, as each `pulumi up` has one.

    Attributes:
        taken: The tenants of all requests that were answered with 200.
        authorities: The Host headers of all requests.
        tokens: All bearer tokens that were sent.
        printed: What all hosts printed that have ended.
    """

    def __init__(self) -> None:
        self.platform = Emulator(on_request=self._note)
        self.taken: list[str] = []
        self.authorities: set[str] = set()
        self.tokens: set[str] = set()
        self.printed = ""
        self._numbers = count()
        self._bearers: dict[str, str] = {}
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self._running.enter_context(self.platform)
        self.rotate()
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.printed += self.host.close()
        self._running.close()

    def secret(self, inner: str = "-") -> str:
        """Return a secret that there never was before."""
        return f"{HEAD}{next(self._numbers):06d}{inner}{TAIL}"

    def rotate(self) -> None:
        """Replace the token and the client's secret, which a running host does not learn."""
        self.platform.token = self.secret()
        self.platform.client_secret = self.secret(' "ö+')
        self.revoke()

    def revoke(self) -> None:
        """Let no granted token be good any more."""
        self.platform.revoke_tokens()
        self._bearers.clear()

    def refresh(self) -> None:
        """Give the credentials of today to a host that serves with others."""
        if self._token != self.platform.token:
            self.restart()

    def restart(self) -> None:
        """Let a new host serve, with the credentials of today."""
        self.printed += self.host.close()
        self._start()

    def known_secrets(self, resource: Resource, to: Kind) -> list[str]:
        """Return the secrets in what the provider sends for a resource to one kind of endpoint."""
        if to == "token":
            return [self._client_secret]
        given = [] if "credentials" in resource.declared else [self._token]
        granted = self._bearers.get(resource.tenant)
        return [resource.declared["password"], *given, *([granted] if granted else [])]

    def calm(self) -> list[Fault]:
        """Take back the faults that nothing met, and return them."""
        left = list(self.platform._application.faults)
        self.platform._application.faults.clear()
        return left

    def _start(self) -> None:
        self._bearers.clear()
        self._token, self._client_secret = self.platform.token, self.platform.client_secret
        impatient = {"SMTPCONFIG_TIMEOUT": "1.5", "SMTPCONFIG_RETRIES": "1"}
        granted = {"clientId": self.platform.client_id, "tokenUrl": TOKEN_URL}
        granted |= {"clientSecret": self._client_secret}
        self.host = Host(
            Path(sys.executable),
            os.environ | self.platform.environment | impatient,
            {"smtpconfig:credentials": json.dumps({"granted": granted})},
        )

    def _note(self, request: ReceivedRequest, status: int | None) -> None:
        self.authorities.add(request.header("host") or "")
        to = route(request)
        if to and to.kind == "mail":
            self.taken += [to.tenant] if status == 200 else []
            self._bearers[to.tenant] = (request.header("authorization") or "").split(" ")[1]
            self.tokens.add(self._bearers[to.tenant])
        if to and status == 401:  # whether the provider still has the token shows in what it sends
            self._bearers.pop(to.tenant, None)
