"""Laws of the code base, read from its source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.source import SOURCES, TREES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "pulumi_smtpconfig"

SHARED = ("errors", "request")
MAIL = (
    *("problems", "mail_services", "lint_rule", "lint_connection", "lint_login"),
    *("lint_texts", "lint_host", "lint", "inputs", "settings", "tenant"),
    *("password_reference", "fingerprint", "options"),
    *("codec", "platforms", "declared", "platform_rules", "passwords", "changes", "checking"),
    *("live", "results", "sending", "lifecycle"),
)
HTTP = (
    *("escapes", "spellings", "traces", "redaction", "remedies", "answers", "failures"),
    *("trust", "streams", "transport", "retries", "client"),
)
AUTH = (
    *("urls", "config", "credentials", "selection", "oauth", "tokens", "granted"),
    *("opening", "exchange", "connection"),
)
SMTP = (
    *("smtp_connecting", "smtp_session", "smtp_auth", "smtp_remedies"),
    *("smtp_failures", "smtp_stages", "smtp"),
)
WIRE = (*HTTP, *SMTP, *AUTH)
FRONT = ("orphan", "provider", "keys", "twins", "notices", "resource", "__init__")
CLI = (
    *("cli_codes", "cli_config", "cli_password", "cli_words", "cli_output", "cli_running"),
    *("cli_verify", "cli_show", "cli_options", "cli", "__main__"),
)
ORDER = (*SHARED, *MAIL, *WIRE, *FRONT, *CLI)
"""A module imports only those before it."""

MODULES = {path.stem: tree for path, tree in TREES.items() if path.parent == Path()}
EMULATOR = {path: tree for path, tree in TREES.items() if path.parts[0] == "emulator"}


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module imports anywhere, also in functions and for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> set[str]:
    """Return the modules of the package that one of them imports."""
    parts = [name.split(".") for name in imports(MODULES[module])]
    return {part[1] for part in parts if part[0] == NAME}


def reached(module: str) -> set[str]:
    """Return a module and all of the package that it needs."""
    return {module}.union(*map(reached, own_imports(module)))


def foreign(modules: Iterable[str]) -> set[str]:
    """Return the packages that some modules import from outside."""
    return {name.split(".")[0] for module in modules for name in imports(MODULES[module])}


def is_platform(node: ast.AST) -> bool:
    """Tell whether an expression stands for one platform: `platform`, `x.platform`, a member."""
    if isinstance(node, ast.Attribute):
        return node.attr == "platform" or ast.unparse(node.value).endswith("PlatformName")
    return isinstance(node, ast.Name) and node.id == "platform"


def comparisons(tree: ast.AST) -> Iterator[str]:
    """Yield each comparison and match that asks which platform it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(map(is_platform, [node.left, *node.comparators])):
            yield ast.unparse(node)
        if isinstance(node, ast.Match) and is_platform(node.subject):
            yield ast.unparse(node)


def test_every_module_has_its_place() -> None:
    """A new module is placed in the order before it is used."""
    assert sorted(MODULES) == sorted(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_imports_point_one_way(module: str) -> None:
    """A module knows only what comes before it."""
    assert own_imports(module) <= set(ORDER[: ORDER.index(module)])


def test_mail_and_wire_share_errors_and_the_request_alone() -> None:
    """What sends knows no mail, and the lifecycle no HTTP."""
    assert not own_imports("errors") | own_imports("request")
    assert set().union(*map(own_imports, MAIL)) <= {*SHARED, *MAIL}
    assert set().union(*map(own_imports, WIRE)) <= {*SHARED, *WIRE}


@pytest.mark.parametrize("module", HTTP)
def test_the_client_knows_neither_credentials_nor_requests_of_the_lifecycle(module: str) -> None:
    """It carries bytes with any header, so that it serves platforms and token endpoints alike."""
    assert reached(module) <= {"errors", *HTTP}


def test_the_lifecycle_needs_neither_pulumi_nor_httpx() -> None:
    """Another front door can sit on it, so neither it nor what it imports knows them."""
    assert not {"pulumi", "httpx", "httpcore"} & foreign(reached("lifecycle"))


def test_pulumi_is_known_at_the_front_alone() -> None:
    """What a second front door needs as well stands below the first one."""
    assert "pulumi" not in foreign(set(MODULES) - set(FRONT))


def test_the_command_line_is_a_front_of_its_own() -> None:
    """Nothing else imports it, and it needs neither the other front nor what that is made of."""
    assert not set().union(*map(own_imports, set(MODULES) - set(CLI))) & set(CLI)
    assert not set().union(*map(own_imports, CLI)) & set(FRONT)
    assert "pulumi" not in foreign(CLI)


def test_the_emulator_and_the_package_share_no_code() -> None:
    """A witness that used the same code would make the same mistakes."""
    names = {name for tree in EMULATOR.values() for name in imports(tree)}
    assert names
    assert not [name for name in names if name.startswith((f"{NAME}.", ".."))]
    assert "emulator" not in set().union(*map(own_imports, MODULES))


@pytest.mark.parametrize("path", TREES, ids=str)
def test_nobody_asks_which_platform_it_is(path: Path) -> None:
    """What differs between platforms stands in the table's rows."""
    assert not list(comparisons(TREES[path]))


def test_a_platform_is_named_in_the_table_alone() -> None:
    """The members of the enumeration are keys of the table and nothing else."""
    text = "".join(source for path, source in SOURCES.items() if path != Path("platforms.py"))
    assert "PlatformName." not in text
    table = MODULES["platforms"].body[-1]
    assert isinstance(table, ast.Assign)
    assert isinstance(table.value, ast.Dict)
    assert len(table.value.keys) == SOURCES[Path("platforms.py")].count("PlatformName.")


@pytest.mark.parametrize("path", [path for path in TREES if path.name == "__init__.py"], ids=str)
def test_all_is_sorted_and_complete(path: Path) -> None:
    """A table of contents lists everything that it imports, in order."""
    nodes = [node for node in TREES[path].body if isinstance(node, ast.ImportFrom)]
    names = [alias.asname or alias.name for node in nodes for alias in node.names]
    assert f"__all__ = {sorted(names)}" in ast.unparse(TREES[path])


def test_a_program_does_not_pay_for_what_it_does_not_use() -> None:
    """Declaring resources imports neither what sends nor what parses."""
    code = f"import sys, {NAME}; print(*{{'httpx', 'pydantic'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
