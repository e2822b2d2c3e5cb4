"""The programs in the documents: what the blocks of a page say together, from top to bottom."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.docs.pages import DOCS, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.docs.pages import Block


def is_fragment(block: Block) -> bool:
    """Tell whether a block leaves out arguments by `...`, so that it cannot run."""
    return any(
        isinstance(each, ast.Constant) and each.value is ...
        for call in ast.walk(ast.parse(block.text))
        if isinstance(call, ast.Call)
        for each in call.args
    )


def programs() -> dict[Path, str]:
    """Return the program of each page of docs/ that has one."""
    whole = [b for b in blocks("python") if b.page.parent == DOCS and not is_fragment(b)]
    pages = {block.page for block in whole}
    return {page: "\n".join(b.text for b in whole if b.page == page) for page in sorted(pages)}


def write_programs(folder: Path) -> list[str]:
    """Write each page's program as a module, and return the modules' names."""
    names = {page: f"page_{page.stem}".replace("-", "_") for page in programs()}
    modules = {names[page]: program for page, program in programs().items()}
    for module, program in modules.items():
        (folder / f"{module}.py").write_text(program, "utf-8")
    return list(modules)
