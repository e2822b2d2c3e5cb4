"""Where a password stands: which references there are, and what cannot be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.settings.models import Options
from pulumi_smtpconfig.settings.parsing import parse
from pulumi_smtpconfig.settings.password_reference import LARGEST_FILE, resolve
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


def unread(reference: str) -> str:
    """Return what is said of a reference that cannot be read."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(reference)
    return caught.value.happened


@pytest.mark.parametrize(
    "reference",
    ["env:A", "env:_a9", "file:/run/secrets/smtp", "file:/a b/ü", ""],
)
def test_a_variable_or_an_absolute_path_is_a_reference(reference: str) -> None:
    """Both kinds pass, and an empty one is none."""
    assert not parse(Options, {"passwordFrom": reference})[1]


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "env:",
        "env:9",
        "env:A B",
        "env:A\n",
        "ENV:A",
        "file:",
        "file:a",
        "file:../a",
        "vault:a",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """A relative path would depend on where a program is started, so it is none."""
    _, (problem,) = parse(Options, {"passwordFrom": text})
    assert problem.property == "passwordFrom"


@given(text=st.text(min_size=1).map(lambda text: f"{CANARY}{text}"))
def test_a_password_in_place_of_a_reference_is_not_repeated(text: str) -> None:
    """Somebody who gives the password itself must not find it in an error."""
    assert CANARY not in str(parse(Options, {"passwordFrom": text})[1])


def test_a_variable_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, umlauts and a line break belong to the value."""
    monkeypatch.setenv(VARIABLE, f"{PASSWORD}\n")
    assert resolve(f"env:{VARIABLE}") == f"{PASSWORD}\n"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=repr)
def test_one_line_break_at_the_end_of_a_file_is_no_password(tmp_path: Path, end: str) -> None:
    """Editors and `echo` add one, so it is dropped, and no more than it."""
    assert resolve(stored(tmp_path, f" {PASSWORD} {end}".encode())) == f" {PASSWORD} "
    assert resolve(stored(tmp_path, f"{PASSWORD}\n{end}x".encode())) == f"{PASSWORD}\n{end}x"
    assert resolve(stored(tmp_path, f"{PASSWORD}\n\n".encode())) == f"{PASSWORD}\n"


def test_what_cannot_be_read_is_told_by_its_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the variable or file, and why."""
    missing = tmp_path / "missing"
    assert unread(f"env:{VARIABLE}") == (
        f"The password of env:{VARIABLE} cannot be read here: this environment variable is not set."
    )
    assert f"file:{missing} cannot be read here: No such file or directory." in unread(
        f"file:{missing}"
    )
    assert "it is no ordinary file" in unread(f"file:{tmp_path}")
    assert "File name too long" in unread(f"file:{tmp_path / ('a' * 300)}")
    assert "this is no path" in unread("file:/a\0b")
    monkeypatch.setenv(VARIABLE, "")
    assert "it is empty" in unread(f"env:{VARIABLE}")


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n"])
def test_an_empty_file_holds_no_password(tmp_path: Path, content: bytes) -> None:
    """A secret that was mounted empty must not clear a tenant's password."""
    assert "it is empty" in unread(stored(tmp_path, content))


def test_what_is_no_text_is_told_without_its_content(tmp_path: Path) -> None:
    """Other bytes than UTF-8 are no password."""
    happened = unread(stored(tmp_path, CANARY.encode() + b"\xff"))
    assert "it is no text in UTF-8" in happened
    assert CANARY not in happened


def test_a_byte_order_mark_is_no_password(tmp_path: Path) -> None:
    """Some editors begin a file with one, which nobody sees."""
    assert resolve(stored(tmp_path, PASSWORD.encode("utf-8-sig"))) == PASSWORD


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A provider that reads what may never come would hang a preview."""
    os.mkfifo(tmp_path / "pipe")
    assert "it is no ordinary file" in unread(f"file:{tmp_path / 'pipe'}")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A wrong path may lead to anything, also to what has no end."""
    assert "longer than 4096 bytes" in unread(stored(tmp_path, b"x" * (LARGEST_FILE + 1)))
    assert "it is no ordinary file" in unread("file:/dev/zero")
