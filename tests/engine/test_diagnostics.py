"""What the engine's own diagnostics show of secrets; SECURITY.md says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from semver import VersionInfo

from tests.engine.conftest import CHECKOUT, MAIL, UP, declare
from tests.engine.test_secrets import leaks
from tools.engine import NEWEST, OLDEST

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_smtpconfig.emulator import Emulator
    from tools.stack import Stack

PASSWORD = 'not "in the config" of the stack'


class Diagnostics(NamedTuple):
    """A command of the engine, where FILE is a path, and which secrets it shows in plain text."""

    command: str
    shown: str = ""
    grpc: bool = False


QUIET = (
    Diagnostics("preview -v=6 --logtostderr"),
    Diagnostics("preview --json"),
    Diagnostics("preview --save-plan=FILE"),
    Diagnostics("stack export"),
    Diagnostics("config"),
)
LOUD = (
    Diagnostics("preview", "password token", grpc=True),
    Diagnostics("preview --tracing=file:FILE", "password token"),
    Diagnostics("preview --diff --show-secrets", "password"),
    Diagnostics("stack export --show-secrets", "password token"),
    Diagnostics("config --show-secrets", "token"),
    Diagnostics("config get smtpconfig:token", "token"),
)
OWN = {
    OLDEST: (
        Diagnostics("preview -v=7 --logtostderr", "password"),
        Diagnostics("preview -v=7", "password"),
    ),
    NEWEST: (
        Diagnostics("preview -v=9 --logtostderr"),
        Diagnostics("preview -v=9"),
        Diagnostics("logs decrypt --latest"),
        Diagnostics("preview --otel-traces=file://FILE", "token"),
    ),
}
"""What only one version of the engine has, or shows."""

NAMED = (
    *("-v=7", "PULUMI_DEBUG_GRPC", "--tracing", "--otel-traces"),
    *("--show-secrets", "pulumi config get", "pulumi logs decrypt"),
)


@pytest.fixture
def loaded(declared: Stack, emulator: Emulator) -> Stack:
    """A stack with a token in its config, and a password that its program marks as a secret."""
    declared.configure_secret("smtpconfig:token", emulator.token)
    del declared.environment["SMTPCONFIG_TOKEN"]
    mail = MAIL | {"user": "acme", "secret": {"password": PASSWORD}}
    declare(declared, {"mail": mail})
    declared.must(*UP)
    declare(declared, {"mail": mail | {"host": "mail.acme.example"}})
    return declared


def written(stack: Stack, folder: Path, diagnostics: Diagnostics) -> str:
    """Return everything that a command prints or writes to a temporary file."""
    folder.mkdir()
    stack.environment["TMPDIR"] = str(folder)
    if diagnostics.grpc:
        stack.environment["PULUMI_DEBUG_GRPC"] = str(folder / "grpc")
    printed = stack.must(*diagnostics.command.replace("FILE", f"{folder}/file").split())
    stack.environment.pop("PULUMI_DEBUG_GRPC", None)
    files = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
    return "\n".join([printed, *files])


def test_the_engines_diagnostics_show_what_security_md_says(
    loaded: Stack, emulator: Emulator, tmp_path: Path
) -> None:
    """Below -v=7 they show no secret; the louder ones show the password, the token, or both."""
    version = VersionInfo.parse(loaded.must("version").strip().removeprefix("v"))
    secrets = {"password": PASSWORD, "token": emulator.token}
    for place, each in enumerate((*QUIET, *LOUD, *OWN.get(version, ()))):
        text = written(loaded, tmp_path / str(place), each)
        shown = {name for name, secret in secrets.items() if leaks(text, [secret])}
        assert shown == {*each.shown.split()}, each
    security = (CHECKOUT / "SECURITY.md").read_text("utf-8")
    assert [name for name in NAMED if name not in security] == []
