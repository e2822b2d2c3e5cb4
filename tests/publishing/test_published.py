from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.publishing.conftest import CHECKOUT, build
from tests.source import SOURCES

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

    from tests.publishing.conftest import Published

PACKAGE = "pulumi_smtpconfig"
PAGES = {
    f"{wing}/page_files/{name}"
    for wing, names in {"audit": (), "emulator": ("icon.svg",)}.items()
    for name in ("page.html", "page.css", "page.js", *names)
}
BESIDE_CODE = {
    "py.typed",
    "pulumi-plugin.json",
    "plugin/schema.json",
    "fleet/tenants.schema.json",
    *PAGES,
}


def test_the_wheel_contains_the_package_and_its_licence(published: Published) -> None:
    """It has all modules, what stands beside them, and the licence alone."""
    with ZipFile(published.wheel) as wheel:
        names = set(wheel.namelist())
    modules = {str(path) for path in SOURCES} | BESIDE_CODE
    info = {name for name in names if ".dist-info/" in name}
    assert {name.removeprefix(f"{PACKAGE}/") for name in names - info} == modules
    assert [name for name in info if name.endswith("/licenses/LICENSE")]


def test_the_source_distribution_builds_the_same_wheel(
    published: Published, tmp_path: Path
) -> None:
    """A wheel built from the checkout is the same, byte for byte."""
    build(CHECKOUT, tmp_path, "--wheel")
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == published.wheel.name
    assert wheel.read_bytes() == published.wheel.read_bytes()


def test_the_source_distribution_has_the_documents(published: Published) -> None:
    """The links of its README work."""
    with tarfile.open(published.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    documents = {path.name for path in CHECKOUT.glob("*.md")}
    documents |= {f"docs/{path.name}" for path in (CHECKOUT / "docs").glob("*.md")}
    assert documents | {"LICENSE", "examples/quickstart/__main__.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "tools/"))]


def test_the_examples_require_this_wheel(published: Published) -> None:
    """Each names the file that the README has its reader build."""
    requirements = [*CHECKOUT.glob("examples/*/requirements.txt")]
    assert len(requirements) == len([*CHECKOUT.glob("examples/*/__main__.py")])
    for file in requirements:
        assert file.read_text("utf-8").startswith(f"./wheels/{published.wheel.name}"), file


def test_the_metadata_has_licence_readme_and_python_version(metadata: Message) -> None:
    """The licence is an SPDX expression, so no classifier repeats it."""
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Description-Content-Type"] == "text/markdown"
    classifiers = metadata.get_all("Classifier", [])
    assert "Typing :: Typed" in classifiers
    assert not [each for each in classifiers if each.startswith("License ::")]
    assert metadata.get_payload() == (CHECKOUT / "README.md").read_text("utf-8")


def test_the_version_has_its_entry_in_the_changelog(metadata: Message) -> None:
    """CHANGELOG.md describes every version."""
    changelog = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {metadata['Version']} " in changelog
