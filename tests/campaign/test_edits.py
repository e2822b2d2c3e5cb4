"""Edited states: nothing breaks, nothing leaks, and the user can always go on."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from pulumi_smtpconfig.lifecycle.passwords import fingerprint
from tests import secrets
from tests.campaign.edits import PASSWORD, edited
from tests.campaign.resource import body
from tests.contract.host import Host, HostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.emulator import Emulator

SEED = os.environ.get("SMTPCONFIG_CAMPAIGN_SEED", "4")
EDITS = int(os.environ.get("SMTPCONFIG_CAMPAIGN_EDITS", "300"))

NOTE = (
    "{0:,} edited states of seed {1}, each compared, read, deleted and updated: {2[read]:,} reads "
    "and {2[delete]:,} clears ended in a clear error, 0 internal errors, 0 leaks"
)
TENANT = "acme"
STATE = {
    "platform": "shift",
    "hostname": "idp.example.com",
    "tenantId": TENANT,
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "fromDisplayName": "Acme",
    "port": 587.0,
    "ssl": False,
    "starttls": True,
    "user": "acme",
    "password": PASSWORD,
    "endpoint": "https://idp.example.com/auth/realms/acme/mail/setup",
}
KEYCLOAK = STATE | {"platform": "keycloak", "basePath": "/auth", "onDelete": "clear"}
REFERRING = {key: value for key, value in STATE.items() if key != "password"} | {
    "passwordFrom": "env:ACME_SMTP_PASSWORD",
    "passwordFingerprint": fingerprint(PASSWORD),
}
NEWS = {key: value for key, value in STATE.items() if key != "endpoint"} | {"host": "new.example"}
OUR_ERROR = re.compile(r"pulumi_smtpconfig\.errors\.(\w+): ")


class Trial:
    """One edited state in all steps of a host, and what they said."""

    def __init__(self, host: Host, emulator: Emulator, state: dict[str, Any]) -> None:
        self.state = state
        self._host = host
        self._emulator = emulator

    def run(self) -> Counter[str]:
        """Hold every step to its law; return what happened how often."""
        steps = {"check": self._check, "read": self._read, "delete": self._delete}
        failed = {step: bool(run()) for step, run in steps.items()}
        self._update()
        return Counter(step for step in failed if failed[step])

    def _check(self) -> None:
        assert self._host.check(NEWS, self.state) == (NEWS, [])
        self._host.diff(self.state, NEWS)
        assert not self._requests()

    def _read(self) -> str:
        error = self._attempt(lambda: self._host.read(self.state))
        assert {method for method, _ in self._requests()} <= {"GET"}
        if not self._has_platform:
            assert not error, "a state that does not say where to read is no reason to fail"
        return error

    def _delete(self) -> str:
        error = self._attempt(lambda: self._host.delete(self.state))
        requests = self._requests()
        if self.state.get("onDelete") != "clear" or self.state.get("platform") in ("ssms", "shift"):
            assert (error, requests) == ("", [])
        elif not self._has_platform:
            assert "`pulumi state delete URN`" in error
            assert not requests
        assert all(request == ("PUT", {"smtpServer": {}}) for request in requests)
        return error

    def _update(self) -> None:
        outputs = self._host.update(self.state, NEWS)
        assert self._emulator.tenants[TENANT] == body(NEWS)
        assert [sent for _, sent in self._requests()] == [body(NEWS)]
        assert self._host.diff(outputs, NEWS) == (False, [])

    @property
    def _has_platform(self) -> bool:
        return self.state.get("platform") in ("ssms", "shift", "keycloak")

    def _requests(self) -> list[tuple[str, object]]:
        """Return the methods and bodies of all requests since the last call."""
        requests = [(r.method, json.loads(r.body or "null")) for r in self._emulator.requests]
        self._emulator.requests.clear()
        return requests

    def _attempt(self, step: Callable[[], object]) -> str:
        """Return the error of a step, which is one of ours and shows no secret; else nothing."""
        try:
            step()
        except HostError as error:
            text = str(error)
            (name,) = OUR_ERROR.findall(text)
            assert name != "InternalError", text
            assert not secrets.leaks(text, [PASSWORD]), text
            return text
        return ""


@contextmanager
def explained(state: dict[str, Any]) -> Iterator[None]:
    """Add the edited state to whatever is raised in the block."""
    try:
        yield
    except Exception as error:
        raise AssertionError(f"{error} with the edited state {state}") from error


def test_an_edited_state_can_be_read_compared_updated_and_deleted(
    platform: Emulator, record_property: Callable[[str, object], None]
) -> None:
    """Errors are clear, retained tenants are sent nothing, and the next update repairs it all."""
    random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    tally = Counter[str]()
    own = {"SMTPCONFIG_RETRIES": "0", "ACME_SMTP_PASSWORD": PASSWORD}
    environment = os.environ | platform.environment | own
    config = {"smtpconfig:readBack": "admin", "smtpconfig:timeout": "5"}
    with closing(Host(Path(sys.executable), environment, config)) as host:
        for _ in range(EDITS):
            platform.tenants[TENANT] = body(STATE)
            trial = Trial(
                host, platform, edited(random, random.choice([STATE, KEYCLOAK, REFERRING]))
            )
            with explained(trial.state):
                tally += trial.run()
    printed = host.close()
    for line in set(printed.splitlines()):
        assert not secrets.leaks(line, [PASSWORD]), line
    assert "Traceback" not in printed
    record_property("note", NOTE.format(EDITS, SEED, tally))
