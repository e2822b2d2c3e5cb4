"""The wheel in an environment of its own, as a user has it: without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.emulator import Emulator
from tests.engine.conftest import MAIL, PROGRAMS, declare
from tests.engine.test_native import find_plugin, swap
from tests.publishing.conftest import CHECKOUT, build
from tools.engine import engine_folder
from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

UP = ("up", "--yes", "--skip-preview")
TYPED = """
import pulumi
from pulumi_smtpconfig import SmtpConfig

mail = SmtpConfig(
    "acme",
    platform="shift",
    hostname="idp.example.com",
    tenant_id="acme",
    host=pulumi.Output.from_input("smtp.acme.example"),
    port=465,
    ssl=True,
    from_="no-reply@acme.example",
)
endpoint: pulumi.Output[str] = mail.endpoint
port: pulumi.Output[int] = mail.port
"""
WRONG_ARGUMENT = TYPED.replace("port=465", "port=[465]")
WRONG_OUTPUT = TYPED + "\nname: pulumi.Output[int] = mail.host\n"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the wheel and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    build(CHECKOUT, folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    install = ["pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run([folder / "venv/bin/python", "-m", *install], check=True, cwd=folder)
    return folder / "venv"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A platform of the test's own."""
    with Emulator() as running:
        yield running


@pytest.fixture
def quickstart(environment: Path, emulator: Emulator, tmp_path: Path) -> Stack:
    """A stack of examples/quickstart, whose programs run in the clean environment."""
    engine = engine_folder()
    path = os.pathsep.join([str(environment / "bin"), str(engine), "/usr/bin", "/bin"])
    # Installed, the package's pulumi-plugin.json keeps the engine from looking for a plugin.
    variables = {
        "PATH": path,
        "PULUMI_PYTHON_CMD": "python",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false",
    }
    quickstart = CHECKOUT / "examples/quickstart"
    stack = Stack(quickstart, tmp_path, engine, {**emulator.environment, **variables})
    stack.environment.pop("PYTHONPATH", None)
    stack.configure(hostname="idp.example.com", tenantId="ACME", smtpHost="smtp.acme.example")
    stack.configure(smtpUser="acme", **{"from": "no-reply@acme.example"})
    stack.configure_secret("smtpPassword", "correct horse")
    return stack


def typing_problems(environment: Path, folder: Path, program: str) -> list[str]:
    """Return what mypy --strict says of a program that the clean environment would run."""
    (folder / "program.py").write_text(program)
    python = f"--python-executable={environment / 'bin/python'}"
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", python, "program.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not run.stderr
    return [line for line in run.stdout.splitlines() if "error:" in line]


def test_the_quickstart_lives_without_the_checkout(
    environment: Path, quickstart: Stack, emulator: Emulator
) -> None:
    """Preview, up, up without changes, refresh and destroy, with what the wheel brings."""
    where = ["python", "-c", "import pulumi_smtpconfig as p; print(p.__file__)"]
    folder, variables = quickstart.project, quickstart.environment
    found = subprocess.check_output(where, cwd=folder, env=variables, text=True)
    assert Path(found.strip()).is_relative_to(environment)
    assert "warning" not in quickstart.must("preview")  # such as one about a plugin on PATH
    quickstart.must(*UP)
    assert emulator.tenants["ACME"]["host"] == "smtp.acme.example"
    quickstart.must(*UP, "--expect-no-changes")
    quickstart.must("refresh", "--yes")
    quickstart.must("destroy", "--yes")
    assert len(emulator.requests) == 1


def test_types_reach_a_program_outside(environment: Path, tmp_path: Path) -> None:
    """By py.typed mypy --strict reads arguments and outputs, and refuses wrong ones."""
    assert not typing_problems(environment, tmp_path, TYPED)
    (port,) = typing_problems(environment, tmp_path, WRONG_ARGUMENT)
    assert 'No overload variant of "SmtpConfig" matches' in port
    (name,) = typing_problems(environment, tmp_path, WRONG_OUTPUT)
    assert "Incompatible types in assignment" in name


def test_the_plugin_works_in_a_clean_environment(
    quickstart: Stack, environment: Path, emulator: Emulator
) -> None:
    """The wheel has the program and the schema."""
    find_plugin(quickstart, environment / "bin")
    swap(quickstart, "pulumi_smtpconfig", "pulumi_smtpconfig.native")
    assert "from $PATH at" not in quickstart.must(*UP)
    assert len(emulator.requests) == 1
    plugin = str(environment / "bin/pulumi-resource-smtpconfig")
    assert '"smtpconfig:index:SmtpConfig"' in quickstart.must("package", "get-schema", plugin)


@pytest.mark.parametrize("oldest", [False, True], ids=["newest engine", "oldest engine"])
def test_a_dynamic_program_hears_nothing_of_the_plugin(
    environment: Path, emulator: Emulator, tmp_path: Path, *, oldest: bool
) -> None:
    """Although it is on PATH; an editable install, which hides a file of the wheel, would warn."""
    engine = engine_folder(oldest=oldest)
    path = os.pathsep.join([str(environment / "bin"), str(engine), "/usr/bin", "/bin"])
    variables = {"PATH": path, "PULUMI_PYTHON_CMD": "python"}
    stack = Stack(PROGRAMS / "declared", tmp_path, engine, emulator.environment | variables)
    stack.environment.pop("PYTHONPATH", None)
    declare(stack, {"acme": MAIL})
    for words in (UP, ("refresh", *UP[1:]), ("destroy", *UP[1:])):
        assert "pulumi-resource-smtpconfig" not in stack.must(*words)
    assert len(emulator.requests) == 1
