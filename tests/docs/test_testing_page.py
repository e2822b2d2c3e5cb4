"""The tests that docs/testing.md shows are run as a reader would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, blocks
from tests.docs.programs import file_name

FILES = {file_name(block): block.text for block in blocks("python") if file_name(block)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new folder with the files of the page."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, **variables: str) -> str:
    """Run a module of Python in a folder."""
    ended = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


def test_every_test_of_the_page_passes(engine: Path, folder: Path) -> None:
    """Also where warnings are errors."""
    variables = {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), str(engine), os.environ["PATH"]]
        ),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",  # the package is editable here
    }
    tests = sum(text.count("def test_") for text in FILES.values())
    assert tests >= 6
    assert f"{tests} passed" in run(folder, "pytest", "-W", "error", **variables)


def test_the_tests_of_the_page_have_the_right_types(folder: Path) -> None:
    """Strict mypy finds nothing, but that Pulumi's own decorator has no types."""
    files = [str(folder / name) for name in FILES]
    # In the checkout, as its cache knows pulumi already, which takes long to read.
    command = ("mypy", "--strict", "--allow-untyped-decorators", *files)
    run(CHECKOUT, *command, MYPYPATH=str(folder))
