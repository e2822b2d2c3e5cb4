"""How passwords are read from references, and what is unreadable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.settings.password_reference import MAX_FILE_BYTES, resolve
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "ACME_SMTP_PASSWORD"
CANARY = "c4n4ry"


def stored(tmp_path: Path, content: bytes) -> str:
    """Write a file and return the reference to it."""
    path = tmp_path / "password"
    path.write_bytes(content)
    return f"file:{path}"


def why_unreadable(reference: str) -> str:
    """Return what the error says about a reference after its name."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(reference)
    return caught.value.happened.removeprefix(f"Could not read the password from {reference}: ")


def test_a_variable_is_read_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, umlauts and a line break belong to the value."""
    monkeypatch.setenv(VARIABLE, f"{PASSWORD}\n")
    assert resolve(f"env:{VARIABLE}") == f"{PASSWORD}\n"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=repr)
def test_one_final_line_break_is_dropped(tmp_path: Path, end: str) -> None:
    """Editors and `echo` add one; everything else belongs to the password."""
    assert resolve(stored(tmp_path, f" {PASSWORD} {end}".encode())) == f" {PASSWORD} "
    assert resolve(stored(tmp_path, f"{PASSWORD}\n{end}x".encode())) == f"{PASSWORD}\n{end}x"
    assert resolve(stored(tmp_path, f"{PASSWORD}\n\n".encode())) == f"{PASSWORD}\n"


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    """Some editors add an invisible one at the start of a file."""
    assert resolve(stored(tmp_path, PASSWORD.encode("utf-8-sig"))) == PASSWORD


def test_an_unset_or_empty_variable_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error tells the two apart."""
    assert why_unreadable(f"env:{VARIABLE}") == "the environment variable is not set."
    monkeypatch.setenv(VARIABLE, "")
    assert why_unreadable(f"env:{VARIABLE}") == "it is empty."


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    """A pipe would block a preview forever, and a device may have no end."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        assert why_unreadable(f"file:{path}") == "it is not a regular file."


def test_a_path_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    """The error is the system's own, if it has one."""
    assert why_unreadable(f"file:{tmp_path / 'missing'}") == "No such file or directory."
    assert why_unreadable(f"file:{tmp_path / ('a' * 300)}") == "File name too long."
    assert why_unreadable("file:/a\0b") == "it is not a valid path."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        *[(content, "it is empty.") for content in (b"", b"\n", b"\r\n")],
        (CANARY.encode() + b"\xff", "it is not UTF-8 text."),
        (b"x" * (MAX_FILE_BYTES + 1), "it is longer than 4096 bytes."),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_file_without_a_password_is_unreadable(tmp_path: Path, content: bytes, why: str) -> None:
    """A secret mounted empty must not clear the password, and no content is shown."""
    assert why_unreadable(stored(tmp_path, content)) == why
