from __future__ import annotations

import re
import subprocess
import venv
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.publishing.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from pathlib import Path

    from tests.publishing.conftest import Published

MOST_DISTRIBUTIONS = 30
OURS = ("audit", "cli", "emulator", "fleet", "testing")
OLDEST = CHECKOUT / "tests/contract/oldest.txt"
ADVISORY = re.compile(r"(CVE|GHSA|PYSEC)-[\w-]+")
PROVIDER = """
import sys
import pulumi_smtpconfig
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi_smtpconfig.provider import SmtpConfigProvider

provider = SmtpConfigProvider()
provider.configure(ConfigureRequest(Config({}, "project")))
inputs = {"platform": "ssms", "hostname": "idp.example.com", "tenantId": "acme",
          "host": "smtp.acme.example", "from": "no-reply@acme.example"}
assert not provider.check({}, inputs).failures
assert not {"click", "rich", "trustme", "typer", "uvicorn"} & {*sys.modules}
"""
VERSIONS = """
from importlib.metadata import distributions
print(*{f"{each.name}=={each.version}" for each in distributions()})
"""


def required(metadata: Message, extra: str = "") -> list[Requirement]:
    """Return what the package itself, or one of its extras, requires."""
    each = list(map(Requirement, metadata.get_all("Requires-Dist", [])))
    if not extra:
        return [one for one in each if not one.marker]
    return [one for one in each if one.marker and one.marker.evaluate({"extra": extra})]


def lower_bound(requirement: Requirement) -> Version:
    """Return the oldest version that a requirement allows."""
    (bound,) = [each.version for each in requirement.specifier if each.operator == ">="]
    return Version(bound)


@pytest.fixture
def every(metadata: Message) -> list[Requirement]:
    """What the package and its extras require."""
    return [each for extra in ("", *OURS) for each in required(metadata, extra)]


@pytest.fixture(scope="module")
def bare(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run a program of an environment that has the wheel without extras; return all output."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)

    def run(program: str, *arguments: str, status: int = 0) -> str:
        command = [str(folder / "bin" / program), *arguments]
        ended = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        output = ended.stdout.decode()
        assert ended.returncode == status, output
        return output

    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check")
    run("python", *pip, "install", str(published.wheel))
    return run


def test_the_provider_alone_brings_at_most_30_packages(
    bare: Callable[..., str], record_property: Callable[[str, object], None]
) -> None:
    """Pulumi and the provider count, what a virtual environment has anyway does not."""
    versions = bare("python", "-c", VERSIONS).split()
    names = {each.partition("==")[0] for each in versions} - {"pip", "setuptools"}
    record_property("note", f"the provider and what it needs are {len(names)} packages")
    assert {"pulumi", "pulumi-smtpconfig"} <= names
    assert len(names) <= MOST_DISTRIBUTIONS, sorted(names)


def test_the_provider_works_without_any_extra(bare: Callable[..., str]) -> None:
    """A program is checked at preview, and nothing of an extra is imported."""
    bare("python", "-c", PROVIDER)


@pytest.mark.parametrize(
    ("command", "extra", "status"),
    [
        (["smtpconfig", "--help"], "cli", 3),
        (
            ["smtpconfig", "verify", "--host", "smtp.acme.example", "--from", "a@b.example"],
            "cli",
            3,
        ),
        (["python", "-m", "pulumi_smtpconfig", "--version"], "cli", 3),
        (["python", "-m", "pulumi_smtpconfig.emulator"], "emulator", 1),
    ],
    ids=["--help", "verify", "the module", "the emulator"],
)
def test_a_missing_extra_is_told_in_one_line(
    bare: Callable[..., str], command: list[str], extra: str, status: int
) -> None:
    """The line has the command that installs it."""
    output = bare(*command, status=status)
    line = rf"[^\n]* No module named '\w+'\. Run: pip install 'pulumi-smtpconfig\[{extra}\]'\n"
    assert re.fullmatch(line, output)


@pytest.mark.parametrize(
    ("fixture", "extra"), [("smtp_platform", "emulator"), ("smtp_server", "testing")]
)
def test_a_fixture_without_its_extra_tells_it_in_one_line(
    bare: Callable[..., str], tmp_path: Path, fixture: str, extra: str
) -> None:
    """Tests that ask for none pass, and the others fail without a traceback."""
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    bare("python", *pip, "--target", str(tmp_path / "pytest"), "pytest")
    tests = tmp_path / "test_it.py"
    tests.write_text(f"def test_none(): pass\ndef test_one({fixture}): pass\n")
    run = "import sys; sys.path.insert(0, sys.argv.pop(1)); import pytest; sys.exit(pytest.main())"
    output = bare("python", "-c", run, str(tmp_path / "pytest"), "-q", str(tests), status=1)
    assert "1 passed, 1 error" in output
    assert "Traceback" not in output
    install = rf"pip install 'pulumi-smtpconfig\[{extra}\]'"
    line = rf"^Could not start [^\n]*: No module named '\w+'\. Run: {install}$"
    assert len(re.findall(line, output, re.MULTILINE)) == 1


def test_all_is_every_extra_of_a_user(metadata: Message) -> None:
    """It leaves out only what the project itself is developed with."""
    assert {*metadata.get_all("Provides-Extra", [])} == {*OURS, "all", "dev"}
    separately = [each for extra in OURS for each in required(metadata, extra)]
    assert {str(each.specifier) + each.name for each in required(metadata, "all")} == {
        str(each.specifier) + each.name for each in separately
    }


def test_the_oldest_set_is_every_lower_bound(every: list[Requirement]) -> None:
    """The contract tests run with it, so it holds each bound of the package and its extras."""
    lines = OLDEST.read_text("utf-8").splitlines()
    assert lines[1:] == sorted(lines[1:])
    pins = dict(line.split("==") for line in lines[1:])
    oldest = {canonicalize_name(name): Version(version) for name, version in pins.items()}
    assert oldest == {canonicalize_name(each.name): lower_bound(each) for each in every}


def test_the_environment_of_the_oldest_set_has_exactly_it() -> None:
    """Nothing newer took the place of a bound."""
    python = CHECKOUT / ".venv-oldest/bin/python"
    assert python.exists(), f"{python} is missing: run `make test`"
    installed = subprocess.check_output([python, "-c", VERSIONS], text=True).lower().split()
    assert {*OLDEST.read_text("utf-8").splitlines()[1:]} <= {*installed}


def test_a_package_that_only_others_need_has_a_bound_for_an_advisory() -> None:
    """Its number stands beside the bound, so that whoever raises or drops it knows why."""
    text = (CHECKOUT / "pyproject.toml").read_text("utf-8")
    for name in (
        "certifi",
        "click",
        "cryptography",
        "grpcio",
        "h11",
        "idna",
        "protobuf",
        "pygments",
    ):
        (line,) = re.findall(rf'^  "{name}>=.*$', text, re.MULTILINE)
        assert ADVISORY.search(line.partition("#")[2]), line
