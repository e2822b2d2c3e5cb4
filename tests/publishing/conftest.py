"""The wheel and the source distribution, built once."""

from __future__ import annotations

import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

import pytest

if TYPE_CHECKING:
    from email.message import Message

CHECKOUT = Path(__file__).parents[2]


class Published(NamedTuple):
    """What `make dist` builds."""

    wheel: Path
    sdist: Path


def build(source: Path, folder: Path, *options: str) -> None:
    """Build the distributions of a source tree, without a network."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), *options]
    subprocess.run([*command, str(source)], check=True, stdout=subprocess.PIPE)


def publish(folder: Path) -> Published:
    """Build the source distribution, and the wheel from it."""
    build(CHECKOUT, folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Published(wheel, sdist)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The distributions of the checkout."""
    return publish(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def metadata(published: Published) -> Message:
    """The metadata of the wheel."""
    with ZipFile(published.wheel) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(wheel.read(name))
