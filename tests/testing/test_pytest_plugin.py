"""The fixtures, as pytest finds them in a folder of a user's own tests."""

from __future__ import annotations

import http.client
import os
import smtplib
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.programs import page_tests, write_tests

if TYPE_CHECKING:
    from pulumi_smtpconfig.emulator import Emulator
    from pulumi_smtpconfig.testing import SmtpServer

NOT_LOADED = """
import sys

def test_it():
    wings = [name for name in sys.modules if name.startswith("pulumi_smtpconfig.")]
    assert wings == ["pulumi_smtpconfig.pytest_plugin"]
    assert not {"pulumi", "pydantic", "aiosmtpd", "trustme", "uvicorn"} & {*sys.modules}
"""
ALONE = """
import pytest

@pytest.mark.parametrize("time", [1, 2])
def test_it(smtp_platform, smtp_server, smtp_environment, time):
    assert not (smtp_platform.tenants or smtp_platform.requests or smtp_platform.users)
    assert not (smtp_server.users or smtp_server.sessions or smtp_server.messages)
    smtp_platform.tenants["acme"] = smtp_server.users["acme"] = {}
"""
OWN = """
import pytest

@pytest.fixture
def smtp_server():
    return "own"

def test_it(smtp_server):
    assert smtp_server == "own"
"""


def run(folder: Path, *arguments: str, path: str = "") -> str:
    """Run tests that pass, with warnings as errors, and return what pytest printed."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    variables |= {
        "PATH": os.pathsep.join(filter(None, [path, os.environ["PATH"]])),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    command = [sys.executable, "-m", "pytest", "-W", "error", *arguments]
    ended = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert not ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize(
    ("tests", "passed"),
    [(NOT_LOADED, 1), (ALONE, 2), (OWN, 1)],
    ids=["nothing is loaded before it is needed", "each test has its own", "own fixtures win"],
)
def test_pytest_finds_the_fixtures_by_itself(tmp_path: Path, tests: str, passed: int) -> None:
    """The entry point of the installed package is enough."""
    (tmp_path / "test_it.py").write_text(tests)
    assert f"{passed} passed" in run(tmp_path)


def test_each_fixture_is_described(tmp_path: Path) -> None:
    """`pytest --fixtures` shows a sentence for each, and nothing else of the plugin."""
    lines = run(tmp_path, "--fixtures", "--co").splitlines()
    ours = [place for place, line in enumerate(lines) if "smtpconfig/pytest_plugin.py:" in line]
    assert [lines[place].split()[0] for place in ours] == [
        "smtp_platform",
        "smtp_server",
        "smtp_environment",
    ]
    assert all(lines[place + 1].startswith("    ") for place in ours)


def test_the_environment_trusts_both(
    smtp_platform: Emulator, smtp_server: SmtpServer, smtp_environment: dict[str, str]
) -> None:
    """One bundle has both authorities, and the rest is the platform's."""
    context = ssl.create_default_context(cafile=smtp_environment["SMTPCONFIG_CA_BUNDLE"])
    connection = http.client.HTTPSConnection(smtp_platform.address, context=context)
    connection.connect()
    connection.close()
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        assert client.starttls(context=context)[0] == 220
    bundle = {"SMTPCONFIG_CA_BUNDLE": smtp_environment["SMTPCONFIG_CA_BUNDLE"]}
    assert smtp_environment == smtp_platform.environment | bundle


def test_the_tests_of_the_pages_pass(engine: Path, tmp_path: Path) -> None:
    """A real engine runs their programs, against both servers."""
    modules = write_tests(tmp_path)
    path = os.pathsep.join([str(Path(sys.executable).parent), str(engine)])
    assert f"{sum(text.count('def test_') for text in page_tests().values())} passed" in run(
        tmp_path, *(f"{module}.py" for module in modules), path=path
    )
