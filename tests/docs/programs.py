"""The programs in the documents: what the blocks of a page say together, from top to bottom."""

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


def file_name(block: Block) -> str:
    """Return the name of the file that a block is, as its first line says; or nothing."""
    named = NAMED.match(block.text)
    return named[1] if named else ""


def programs() -> dict[Path, str]:
    """Return the program of each page of docs/ that has one."""
    every = [block for block in blocks("python") if block.page.parent == DOCS]
    whole = [block for block in every if not is_fragment(block) and not file_name(block)]
    pages = {block.page for block in whole}
    return {page: "\n".join(b.text for b in whole if b.page == page) for page in sorted(pages)}


def write_programs(folder: Path) -> list[str]:
    """Write each page's program as a module, and return the modules' names."""
    names = {page: f"page_{page.stem}".replace("-", "_") for page in programs()}
    modules = {names[page]: program for page, program in programs().items()}
    for module, program in modules.items():
        (folder / f"{module}.py").write_text(program, "utf-8")
    return list(modules)
