from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import postgres
from tools.engine_process import Unavailable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_postgres(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a PostgreSQL."""
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def install(folder: Path) -> None:
    """Put a server's program there."""
    folder.mkdir(parents=True)
    (folder / "postgres").write_text("#!/bin/sh\n")
    (folder / "postgres").chmod(0o755)


def test_a_missing_postgres_is_told_with_the_package_to_install(tmp_path: Path) -> None:
    """One line names the package, and a run with it missing fails."""
    wanted = f"PostgreSQL is neither in {tmp_path} nor on PATH: run `apt-get install postgresql`."
    with pytest.raises(Unavailable) as error:
        postgres.Postgres().__enter__()
    assert str(error.value) == wanted
    with pytest.raises(SystemExit) as end:
        postgres.main()
    assert end.value.code == wanted


def test_the_newest_postgres_is_taken(tmp_path: Path) -> None:
    """Debian keeps one folder for each version; 9 is older than 15."""
    for version in ("9", "15", "13"):
        install(tmp_path / version / "bin")
    assert postgres.find() == tmp_path / "15/bin"


def test_a_postgres_on_path_will_do(tmp_path: Path) -> None:
    """Other systems put it there."""
    install(tmp_path / "bin")
    assert postgres.find() == tmp_path / "bin"
