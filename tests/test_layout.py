from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.source import SOURCES, TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "pulumi_smtpconfig"
TABLE = Path("platforms/__init__.py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield what a module imports, in functions and for type checking too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


ONE_PLATFORM = re.compile(
    r"(\bplatform(\.value|\.title|\.name)?|\['platform'\]|PLATFORMS\[.*\])\)?$|\bPlatformName\b"
)


def is_platform(node: ast.AST) -> bool:
    """Return whether an expression is about one platform: by its name, title, key or row."""
    return ONE_PLATFORM.search(ast.unparse(node)) is not None


def comparisons(tree: ast.AST) -> Iterator[str]:
    """Yield each comparison or match on a platform."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(map(is_platform, [node.left, *node.comparators])):
            yield ast.unparse(node)
        if isinstance(node, ast.Match) and is_platform(node.subject):
            yield ast.unparse(node)


@pytest.mark.parametrize("path", TREES, ids=str)
def test_no_code_compares_platforms(path: Path) -> None:
    """Their differences belong in the rows of the table."""
    assert not list(comparisons(TREES[path]))


@pytest.mark.parametrize(
    "code",
    [
        "tenant.platform == x",
        'tenant.platform.value == "ssms"',
        'platform.title in ("SSMS",)',
        'properties["platform"] == x',
        "str(tenant.platform) == x",
        "PLATFORMS[x] is SSMS",
        "x is PlatformName.SSMS",
    ],
)
def test_a_comparison_would_be_found(code: str) -> None:
    """The search knows the ways to ask which platform it is."""
    assert list(comparisons(ast.parse(code)))


def test_only_the_table_names_platforms() -> None:
    """The members of the enumeration are used as its keys and nowhere else."""
    text = "".join(source for path, source in SOURCES.items() if path != TABLE)
    assert "PlatformName." not in text
    table = TREES[TABLE].body[-1]
    assert isinstance(table, ast.AnnAssign)
    assert isinstance(table.value, ast.Dict)
    assert len(table.value.keys) == SOURCES[TABLE].count("PlatformName.")


@pytest.mark.parametrize("path", [path for path in TREES if path.name == "__init__.py"], ids=str)
def test_all_is_sorted_and_complete(path: Path) -> None:
    """A package lists all names that it exports, and its docstring says what it is for."""
    assert ast.get_docstring(TREES[path])
    late = [each for node in TREES[path].body if isinstance(node, ast.If) for each in node.body]
    nodes = [node for node in [*TREES[path].body, *late] if isinstance(node, ast.ImportFrom)]
    names = [a.asname or a.name for node in nodes if node.module != "typing" for a in node.names]
    assert path == TABLE or not names or f"__all__ = {sorted(names)}" in ast.unparse(TREES[path])


PROPERTIES = """PROPERTIES = {
    "platform": "shift",
    "hostname": "idp.example.com",
    "tenantId": "acme",
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
}
"""
PROGRAM = "from pulumi_smtpconfig import SmtpConfig"
EMULATOR = "import pulumi_smtpconfig.emulator"
PYTEST = "import pulumi_smtpconfig.pytest_plugin"
PREVIEW = """
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi_smtpconfig.provider import SmtpConfigProvider
provider = SmtpConfigProvider()
provider.configure(ConfigureRequest(Config({}, "project")))
inputs = provider.check({}, PROPERTIES).inputs
provider.diff("id", inputs, {**inputs, "host": "other.example"})
"""
NO_CREDENTIALS = PREVIEW.replace("Config({}", "Config({'smtpconfig:readBack': 'admin'}")
GIVEN_TOKEN = """
from contextlib import suppress
from pulumi_smtpconfig.authorized_client import AuthorizedClient
from pulumi_smtpconfig.config import Config
from pulumi_smtpconfig.errors import ConnectionFailed
from pulumi_smtpconfig.lifecycle.lifecycle import Lifecycle
config = {"token": "t", "connectTo": "127.0.0.1:1", "retries": "0"}
client = AuthorizedClient(Config(lambda key: config.get(key.partition(":")[2])), print)
with suppress(ConnectionFailed):
    Lifecycle(client, print).create(PROPERTIES)
"""
HELP = """
from contextlib import suppress
from pulumi_smtpconfig.cli.app import app
with suppress(SystemExit):
    app(["--help"])
"""
PLUGIN = "import pulumi_smtpconfig.plugin.servicer"
AUDIT = "import pulumi_smtpconfig.cli.audit.command"
USES = {
    "a program": (PROGRAM, {"pydantic", "httpcore"}),
    "a preview": (PREVIEW, {"httpcore", "pulumi_smtpconfig.auth.oauth", "smtplib"}),
    "a preview without credentials": (
        NO_CREDENTIALS,
        {"httpcore", "pulumi_smtpconfig.auth.oauth", "smtplib"},
    ),
    "a given token": (GIVEN_TOKEN, {"pulumi_smtpconfig.auth.oauth", "smtplib"}),
    "a plugin": (PLUGIN, {"httpcore", "pulumi_smtpconfig.auth.oauth", "smtplib"}),
    "help": (HELP, {"httpcore", "smtplib"}),
    "an audit": (AUDIT, {"pulumi", "httpcore", "smtplib", "dns", "jinja2", "yaml"}),
    "the emulator": (EMULATOR, {"pulumi", "trustme", "uvicorn"}),
    "pytest": (
        PYTEST,
        {"pulumi", "aiosmtpd", "pulumi_smtpconfig.emulator", "pulumi_smtpconfig.testing"},
    ),
}


@pytest.mark.parametrize(("code", "unneeded"), USES.values(), ids=USES.keys())
def test_nobody_pays_for_what_is_not_used(code: str, unneeded: set[str]) -> None:
    """Whatever an operation does not need is not imported."""
    loaded = f"import sys; print('loaded:', *{unneeded} & {{*sys.modules}})"
    program = [sys.executable, "-c", f"{PROPERTIES}\n{code}\n{loaded}"]
    run = subprocess.run(program, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "loaded:"
