"""A platform behind a gateway, and hosts of the provider that reach it by different ways."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.emulator import Emulator
from pulumi_smtpconfig.emulator.endpoints import route
from tests.campaign.certificates import Certificates
from tests.campaign.echoes import HEAD, TAIL, leaks
from tests.campaign.gateway import Gateway
from tests.campaign.mail_server import MailServer
from tests.contract.host import Host

if TYPE_CHECKING:
    from typing_extensions import Self

    from pulumi_smtpconfig.emulator import ReceivedRequest
    from pulumi_smtpconfig.emulator.endpoints import Kind
    from tests.campaign.faults import Dealt
    from tests.campaign.resource import Resource

TOKEN_URL = "https://{hostname}/auth/realms/{tenantId}/protocol/openid-connect/token"
IMPATIENT = {"timeout": "0.5", "retries": "1"}
"""For operations that meet faults."""

PATIENT = {"timeout": "60", "retries": "1"}
"""For operations that must succeed, on a busy machine too."""

OPERATIONS_OF_A_HOST = 100
"""Each leaves its connections and a thread behind, which the end of a real host takes along."""


class Way(NamedTuple):
    """How hosts reach the platform, and whether they read what it has.

    Attributes:
        proxy: The scheme of the proxy's URL; empty for `connectTo`.
        reads: Whether reading is on, for SHIFT.
    """

    proxy: str
    reads: bool


WAYS = (
    Way("", reads=False),
    Way("http", reads=True),
    Way("", reads=True),
    Way("https", reads=False),
)


class World:
    """A platform that notes what it is sent, and a host, as each `pulumi up` has one.

    Args:
        way: How its hosts reach the platform.

    Attributes:
        taken: The tenants of all requests that were answered with 200.
        authorities: The Host headers of all requests.
        tokens: The bearer tokens that were sent since the host was started.
        leaked: The secrets that hosts printed.
    """

    def __init__(self, way: Way) -> None:
        self.way = way
        self.platform = Emulator(on_request=self._note)
        self.taken: list[str] = []
        self.authorities: set[str] = set()
        self.tokens: set[str] = set()
        self.leaked: list[str] = []
        self.host: Host
        self._numbers = count()
        self._bearers: dict[str, str] = {}
        self._begun = 0
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            folder = starting.enter_context(tempfile.TemporaryDirectory(prefix="campaign-"))
            self._bundle = Path(folder, "ca.pem")
            certificates = Certificates(self._bundle)
            starting.enter_context(self.platform)
            self.gateway = starting.enter_context(Gateway(self.platform, certificates))
            self.mail_server = starting.enter_context(MailServer(certificates.honest))
            self.rotate()
            self._proxy_password = self.secret("%2B")
            self._start()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._running.close()

    def secret(self, inner: str = "-") -> str:
        """Return a secret that there never was before."""
        return f"{HEAD}{next(self._numbers):06d}{inner}{TAIL}"

    def rotate(self) -> None:
        """Replace the token and the client's secret, which a running operation does not learn."""
        self.platform.token = self.secret()
        self.platform.client_secret = self.secret(' "ö+')
        self.revoke()

    def revoke(self) -> None:
        """Let no granted token be good any more."""
        self.platform.revoke_tokens()
        self._bearers.clear()

    def reads(self, resource: Resource) -> bool:
        """Return whether the provider reads what the platform has of a resource."""
        return self.way.reads and resource.declared["platform"] == "shift"

    def begin(self, *, patient: bool = False) -> None:
        """Begin another operation, with the credentials of today."""
        self._bearers.clear()
        self._begun += 1
        if self._begun % OPERATIONS_OF_A_HOST == 0:
            self._stop()
            self._start()
        self._client_secret, self._token = self.platform.client_secret, self.platform.token
        self.host.begin(self._config(PATIENT if patient else IMPATIENT))

    def known_secrets(self, resource: Resource, to: Kind) -> list[str]:
        """Return the secrets in what the provider sends for a resource to one kind of endpoint."""
        proxy = [self._proxy_password] if self.way.proxy else []
        if to == "token":
            return [self._client_secret, *proxy]
        given = [] if "credentials" in resource.declared else [self._token]
        granted = self._bearers.get(resource.tenant)
        return [resource.declared["password"], *given, *([granted] if granted else []), *proxy]

    def calm(self, dealt: list[Dealt]) -> list[Dealt]:
        """Wait until nothing is in transit, take back faults, and return those that were met."""
        self.gateway.settle()
        left = list(self.gateway.faults)
        self.gateway.faults.clear()
        return [each for each in dealt if not any(each.fault is fault for fault in left)]

    def _start(self) -> None:
        self._client_secret, self._token = self.platform.client_secret, self.platform.token
        kept = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
        # Nobody needs the operating system's authorities, and each operation would load them.
        at = dict.fromkeys(["SMTPCONFIG_CA_BUNDLE", "SSL_CERT_FILE"], str(self._bundle))
        at["SSL_CERT_DIR"] = str(self._bundle.parent)
        if self.way.proxy:
            port = self.gateway.address.partition(":")[2]
            user = f"pulumi:{self._proxy_password}"
            at["HTTPS_PROXY"] = f"{self.way.proxy}://{user}@localhost:{port}"
        else:
            at["SMTPCONFIG_CONNECT_TO"] = self.gateway.address
        self.host = Host(Path(sys.executable), kept | at, self._config(IMPATIENT))

    def _stop(self) -> None:
        self.leaked += leaks(self.host.close(), self.tokens)
        self.tokens.clear()

    def _config(self, patience: dict[str, str]) -> dict[str, str]:
        granted = {"clientId": self.platform.client_id, "tokenUrl": TOKEN_URL}
        granted |= {"clientSecret": self._client_secret}
        settings = {
            "token": self._token,
            "credentials": json.dumps({"granted": granted}),
            **patience,
            **({"readBack": "admin"} if self.way.reads else {}),
        }
        return {f"smtpconfig:{key}": value for key, value in settings.items()}

    def _note(self, request: ReceivedRequest, status: int | None) -> None:
        self.authorities.add(request.header("host") or "")
        to = route(request)
        if to and to.kind == "mail":
            self.taken += [to.tenant] if status == 200 else []
            self._bearers[to.tenant] = (request.header("authorization") or "").split(" ")[1]
            self.tokens.add(self._bearers[to.tenant])
        if to and status == 401:  # whether the provider still has the token shows in what it sends
            self._bearers.pop(to.tenant, None)
