"""Each block of commands in the documents, pasted into a shell of a project outside the checkout.

The project has the wheel and nothing else of this checkout. What a reader has anyway, such as a
platform that answers, is set outside of the blocks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.docs.pages import CHECKOUT, DOCS, blocks, name, section
from tests.docs.pasted import FAILS, NOT_PASTED
from tests.docs.shell import commands, open_shell
from tests.engine.conftest import RANDOM
from tests.publishing.conftest import publish
from tools.engine import engine_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.docs.pages import Block
    from tests.docs.shell import Shell
    from tests.publishing.conftest import Published

PAGES = sorted({block.page for block in blocks("sh") if name(block.page) not in NOT_PASTED})
README = CHECKOUT / "README.md"
EMULATOR = "pulumi_smtpconfig.emulator"
"""A block with it runs on, so a reader has a second terminal for it."""

READY = "Requests follow"
PASSWORD = "correct horse battery staple"
QUICKSTART = """\
pulumi stack init {stack} &&
pulumi config set hostname idp.example.com &&
pulumi config set tenantId acme &&
pulumi config set smtpHost smtp.acme.example &&
pulumi config set from no-reply@acme.example &&
pulumi config set smtpUser acme &&
pulumi config set --secret smtpPassword 'correct horse' &&
pulumi up --yes --skip-preview
"""
FLEET = """\
export SMTP_PASSWORD_ACME='correct horse'
pulumi stack init dev &&
pulumi config set --secret --path smtpconfig:credentials.idp.token "$SMTPCONFIG_TOKEN" &&
pulumi config set --path 'smtpconfig:credentials.idp.hostnames[0]' idp.example.com
"""
PLUGIN = f"""\
pulumi {" ".join(RANDOM)} || export PATH={CHECKOUT / "tests/engine/plugins"}:$PATH
"""
"""Installs pulumi-random's plugin, or a substitute where that cannot be downloaded."""


class Start(NamedTuple):
    """Where a reader of a page is: in a project made of an example, after some commands."""

    example: str
    commands: str


STARTS = {
    "docs/fleets.md": Start("fleet", FLEET),
    "examples/random_password/README.md": Start("random_password", PLUGIN),
    "docs/pipelines.md": Start("quickstart", QUICKSTART.format(stack="prod")),
}


def start_of(page: Path) -> Start:
    """Return where the reader of a page is: in what the README made, or in an example alone."""
    example = page.parent.parent.name == "examples"
    usual = (
        Start(page.parent.name, "")
        if example
        else Start("quickstart", QUICKSTART.format(stack="dev"))
    )
    return STARTS.get(name(page), usual)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """What `make dist` builds."""
    return publish(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def environment(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, its extras, and what the examples use besides."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    install = ["pip", "install", "--quiet", f"{published.wheel}[all]", "pulumi-random"]
    subprocess.run([folder / "bin/python", "-m", *install], check=True, cwd=folder)
    return folder


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The variables of a machine that has Python and the engine, and was never used for this."""
    ours = ("PULUMI_", "SMTPCONFIG_", "VIRTUAL_ENV", "PYTHON")
    inherited = {key: os.environ[key] for key in os.environ if not key.startswith(ours)}
    path = [f"{sys.base_prefix}/bin", str(engine_folder()), inherited["PATH"]]
    home = tmp_path / "home"
    home.mkdir()
    return inherited | {
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),  # the engine takes the user's own, whatever HOME is
        "PATH": os.pathsep.join(path),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


@pytest.fixture
def clone(published: Published, tmp_path: Path) -> Path:
    """What a clone of the repository has for a reader of its README."""
    with tarfile.open(published.sdist) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.glob("pulumi_smtpconfig-*")
    return folder


@pytest.fixture
def at_work(environment: Path, machine: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The variables of a reader who has followed the README, and comes back another day."""
    state = tmp_path / "state"
    state.mkdir()
    return machine | {
        "PATH": os.pathsep.join([str(environment / "bin"), machine["PATH"]]),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSWORD,
    }


@pytest.fixture
def make_project(published: Published, environment: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy an example, put the wheel where its requirements.txt has it, and have its `venv`."""

    def make(example: str) -> Path:
        folder = tmp_path / "mail"
        shutil.copytree(CHECKOUT / "examples" / example, folder)
        (folder / "wheels").mkdir()
        shutil.copy(published.wheel, folder / "wheels")
        (folder / "venv").symlink_to(environment)
        return folder

    return make


class Reader:
    """Whoever reads a page from top to bottom and pastes each block.

    Args:
        terminals: Ends the reader's terminals.
        folder: Where the first one opens.
        variables: What a terminal has from the start.
        platform: What answers as the reader's own platform.
    """

    def __init__(
        self, terminals: ExitStack, folder: Path, variables: dict[str, str], platform: Emulator
    ) -> None:
        self._terminals = terminals
        self._variables = variables
        self._platform = platform
        self._terminal = self._open(folder)
        self._emulator: Shell | None = None

    def read(self, page: list[Block]) -> None:
        """Paste the blocks of a page; an emulator that one of them starts serves its section."""
        before = ""
        for block in page:
            if self._emulator and section(block) != before:
                self._stop(self._emulator)
            before = section(block)
            if EMULATOR in block.text:
                self._start(block)
            else:
                self.paste(block.text)

    def paste(self, text: str) -> None:
        """Paste commands, each of which ends as it should."""
        ended = self._terminal.paste(text)
        wrong = [f"{each} -> {status}" for each, status in ended if status != FAILS.get(each, 0)]
        assert not wrong, f"{wrong}\n{self._terminal.shown()}"

    def _start(self, block: Block) -> None:
        self._emulator = self._open(self._terminal.folder)
        self.paste(exports(self._emulator.begin(block.text, READY)))

    def _stop(self, emulator: Shell) -> None:
        (unset,) = [line for line in emulator.interrupt().splitlines() if line.startswith("unset ")]
        again = [f"export {name}={value}" for name, value in reach(self._platform).items()]
        self.paste("\n".join([unset, *again, ""]))
        self._emulator = None

    def _open(self, folder: Path) -> Shell:
        variables = self._variables | reach(self._platform)
        return self._terminals.enter_context(open_shell(folder, variables, self._answer))

    def _answer(self, command: str) -> str:
        if "token" in command.lower():
            return self._platform.token
        return self._platform.client_secret if "clientSecret" in command else PASSWORD


def exports(shown: str) -> str:
    """Return the lines that the emulator asks to paste."""
    lines = [line for line in shown.splitlines() if line.startswith("export ")]
    return "\n".join([*lines, ""])


def reach(platform: Emulator) -> dict[str, str]:
    """Return the variables with which the name of any platform leads to an emulator."""
    return {
        name: value for name, value in platform.environment.items() if name != "SMTPCONFIG_TOKEN"
    }


@pytest.fixture
def platform() -> Iterator[Emulator]:
    """The reader's own platform."""
    with Emulator() as running:
        yield running


@pytest.fixture
def terminals() -> Iterator[ExitStack]:
    """What ends the terminals of a test."""
    with ExitStack() as terminals:
        yield terminals


def test_the_readme_works_from_a_clone(
    terminals: ExitStack, clone: Path, machine: dict[str, str], platform: Emulator
) -> None:
    """From nothing to an audit of the reader's own platform, and to a tenant on it."""
    realms = [f"realm-{number}" for number in range(200)]
    settings = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}
    platform.tenants.update(dict.fromkeys(realms, settings))
    Reader(terminals, clone, machine, platform).read(blocks_of(README))
    page = (clone / "audit.html").read_text("utf-8")
    assert not [realm for realm in realms if f">{realm}<" not in page]
    assert platform.tenants["acme"]["password"] == PASSWORD


@pytest.mark.parametrize("page", [page for page in PAGES if page != README], ids=name)
def test_the_blocks_of_a_page_work_in_a_project(
    page: Path,
    make_project: Callable[[str], Path],
    at_work: dict[str, str],
    terminals: ExitStack,
    platform: Emulator,
) -> None:
    """Each command ends well, and only the last of a block asks for anything."""
    start = start_of(page)
    token = {"SMTPCONFIG_TOKEN": platform.token} if page.parent == DOCS else {}
    reader = Reader(terminals, make_project(start.example), at_work | token, platform)
    reader.paste(start.commands)
    reader.read(blocks_of(page))


def blocks_of(page: Path) -> list[Block]:
    """Return a page's blocks of commands, from top to bottom."""
    return [block for block in blocks("sh") if block.page == page]


def test_what_is_not_pasted_is_there() -> None:
    """The lists of exceptions name pages and commands that the documents have."""
    every = {command for block in blocks("sh") for command in commands(block.text)}
    assert set(FAILS) <= every
    assert set(NOT_PASTED) <= {name(block.page) for block in blocks("sh")}
