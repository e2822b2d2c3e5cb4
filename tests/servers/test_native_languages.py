"""The examples of the native plugin in four languages, and the dynamic resource beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.conftest import failing_in_one_line
from tools.cache import Unavailable
from tools.engine import engine_folder
from tools.languages import sdk_generator, yaml_host
from tools.stack import BIN, Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.emulator.messages import ReceivedRequest

    Pulumi = Callable[[str], str]

EXAMPLES = Path(__file__).parents[2] / "examples"
RUNNERS = Path(__file__).parent / "languages"
PASSWORD = 'correct "horse" \\ ßü%&+/<'
ENDPOINT = "https://idp.example.com:8443/auth/realms/acme/mail/setup"
INSTALL = "plugin install resource smtpconfig 0.1.0 --file venv/bin/pulumi-resource-smtpconfig"
GO = {"GOFLAGS": "-mod=mod", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def must(stack: Stack, *command: str, **variables: str) -> str:
    """Run a program in a stack's project and return what it printed; it must not fail."""
    if shutil.which(command[0], path=stack.environment["PATH"]) is None:
        raise Unavailable(f"there is no `{command[0]}` on PATH")
    run = subprocess.run(
        command,
        cwd=stack.project,
        env=stack.environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def add_package(stack: Stack, language: str) -> None:
    """Put the SDK where `pulumi package add` does, from the schema that the engine reads."""
    stack.must(*INSTALL.split())
    schema = stack.project / "schema.json"
    schema.write_text(must(stack, "pulumi", "package", "get-schema", "smtpconfig@0.1.0"))
    must(stack, str(sdk_generator()), language, str(schema), "sdks/smtpconfig")


def hosted(stack: Stack) -> Pulumi:
    """Run a program whose language host the engine has."""
    return lambda command: stack.must(command, *(["--yes"] if command == "up" else []))


def yaml(stack: Stack) -> Pulumi:
    """Run a program with the host that is built for it."""
    stack.must(*INSTALL.split())
    stack.environment["PATH"] += f"{os.pathsep}{yaml_host()}"
    return hosted(stack)


def typescript(stack: Stack) -> Pulumi:
    """Check the types of a program, and run it inline."""
    add_package(stack, "nodejs")
    must(stack, "npm", "ci", "--no-audit", "--no-fund")
    must(stack, "npx", "--no-install", "tsc", "--strict")
    shutil.copy(RUNNERS / "inline.js", stack.project)
    return lambda command: must(stack, "node", "inline.js", command)


def go(stack: Stack) -> Pulumi:
    """Vet a program, and run it inline."""
    add_package(stack, "go")
    must(stack, "go", "vet", ".", **GO)
    shutil.copy(RUNNERS / "inline_test.go", stack.project)
    must(stack, "go", "test", "-c", "-o", "inline", ".", **GO)
    return lambda command: must(stack, str(stack.project / "inline"), COMMAND=command)


LANGUAGES = {"python": hosted, "yaml": yaml, "typescript": typescript, "go": go}


def open_example(name: str, folder: Path, platform: Emulator) -> Stack:
    """Return a configured stack of an example."""
    stack = Stack(EXAMPLES / name, folder, engine_folder(), platform.environment)
    stack.configure_secret("smtpPassword", PASSWORD)
    (stack.project / "venv").symlink_to(BIN.parent)
    return stack


@pytest.fixture(scope="module")
def dynamic(platform: Emulator, tmp_path_factory: pytest.TempPathFactory) -> list[ReceivedRequest]:
    """The requests of the dynamic resource for the same tenant."""
    open_example("shift", tmp_path_factory.mktemp("dynamic"), platform).must("up", "--yes")
    return list(platform.requests)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_sends_what_the_dynamic_resource_sends(
    language: str, dynamic: list[ReceivedRequest], platform: Emulator, tmp_path: Path
) -> None:
    """Its example sends nothing in a preview, the same request byte for byte, and that once."""
    stack = open_example(f"native-{language}", tmp_path, platform)
    platform.requests.clear()
    with failing_in_one_line():
        pulumi = LANGUAGES[language](stack)
    printed = pulumi("preview")
    assert not platform.requests
    printed += pulumi("up")
    assert list(platform.requests) == dynamic
    assert len(dynamic) == 1
    assert stack.must("stack", "output", "endpoint").strip() == ENDPOINT
    pulumi("up")
    assert list(platform.requests) == dynamic
    assert PASSWORD not in printed + stack.must("stack", "export")
