"""The programs and tests in the documents: a page's blocks together, from top to bottom."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.docs.pages import DOCS, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docs.pages import Block

NAMED = re.compile(r"# (\w+\.py)\n")


def is_fragment(block: Block) -> bool:
    """Tell whether a block leaves out arguments by `...`, so that it cannot run."""
    return any(
        isinstance(each, ast.Constant) and each.value is ...
        for call in ast.walk(ast.parse(block.text))
        if isinstance(call, ast.Call)
        for each in call.args
    )


def is_test(text: str) -> bool:
    """Tell whether pytest, not Pulumi, runs it."""
    functions = [each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
    return any(function.name.startswith("test_") for function in functions)


def file_name(block: Block) -> str:
    """Return the name of the file that a block is, as its first line says; or nothing."""
    named = NAMED.match(block.text)
    return named[1] if named else ""


def programs() -> dict[Path, str]:
    """Return the program of each page of docs/ that has one."""
    return {page: text for page, text in _texts().items() if not is_test(text)}


def page_tests() -> dict[Path, str]:
    """Return the tests of each page of docs/ that has some."""
    return {page: text for page, text in _texts().items() if is_test(text)}


def _texts() -> dict[Path, str]:
    every = [block for block in blocks("python") if block.page.parent == DOCS]
    whole = [block for block in every if not is_fragment(block) and not file_name(block)]
    pages = {block.page for block in whole}
    return {page: "\n".join(b.text for b in whole if b.page == page) for page in sorted(pages)}


def write_programs(folder: Path) -> list[str]:
    """Write each page's program as a module, and return the modules' names."""
    return _write(folder, "page", programs())


def write_tests(folder: Path) -> list[str]:
    """Write each page's tests as a module, and return the modules' names."""
    return _write(folder, "test", page_tests())


def _write(folder: Path, prefix: str, pages: dict[Path, str]) -> list[str]:
    modules = {f"{prefix}_{page.stem}".replace("-", "_"): text for page, text in pages.items()}
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text, "utf-8")
    return list(modules)
