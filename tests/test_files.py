"""Files at paths that others choose are read without waiting, and only if they are files."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.files import read_file
from pulumi_smtpconfig.fleet import FleetError
from pulumi_smtpconfig.settings.password_reference import resolve
from pulumi_smtpconfig.tls import load_trust
from tests.fleet.files import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_smtpconfig.emulator import Emulator

MAX_BYTES, ENOUGH = 4096, 10_000
OPEN = Path("/proc/self/fd")
NOT_REGULAR = "it is not a regular file"
KINDS = {
    "pipe": NOT_REGULAR,
    "link to a pipe": NOT_REGULAR,
    "socket": NOT_REGULAR,
    "terminal": NOT_REGULAR,
    "open pipe of this process": NOT_REGULAR,
    "open pipe of a process": NOT_REGULAR,
    "folder": NOT_REGULAR,
    "/": NOT_REGULAR,
    "/proc": NOT_REGULAR,
    "/dev/zero": NOT_REGULAR,
    "/dev/null": NOT_REGULAR,
    "/dev/random": NOT_REGULAR,
    "circular link": "Too many levels of symbolic links",
    "link to nothing": "No such file or directory",
    "folder in a file": "Not a directory",
    "NUL": "it is not a valid path",
    "huge file": "it is longer than ",
}
"""What a path leads to, and why it is not read."""


@pytest.fixture
def kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The path of each kind."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link to a pipe").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circular link").symlink_to("circular link")
    (tmp_path / "link to nothing").symlink_to("nothing")
    (tmp_path / "file").write_text("content")
    with (tmp_path / "huge file").open("wb") as file:
        file.truncate(2**40)
    master, terminal = os.openpty()
    receiver, sender = os.pipe()
    listener = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(tmp_path)
    listener.bind("socket")  # its path is short, so it is relative
    with listener:
        yield {
            **{kind: kind if kind.startswith("/") else str(tmp_path / kind) for kind in KINDS},
            "terminal": os.ttyname(terminal),
            "open pipe of this process": f"/proc/self/fd/{receiver}",
            "open pipe of a process": f"/proc/{os.getpid()}/fd/{receiver}",
            "folder in a file": str(tmp_path / "file/x"),
            "NUL": f"{tmp_path}/a\0b",
        }
    for descriptor in (master, terminal, receiver, sender):
        os.close(descriptor)


def password(path: str) -> object:
    """Read a password."""
    return resolve(f"file:{path}")


READERS: dict[str, Callable[[str], object]] = {
    "password": password,
    "authorities": lambda path: load_trust(path, "smtpconfig:caBundle"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_a_file_is_read(kinds: dict[str, str], kind: str, reader: str) -> None:
    """The error says at once what is wrong, and no descriptor stays open."""
    opened = len([*OPEN.iterdir()])
    with pytest.raises(ConfigurationError, match=KINDS[kind]):
        READERS[reader](kinds[kind])
    assert len([*OPEN.iterdir()]) == opened


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"NUL"}))
def test_nothing_but_a_file_holds_tenants(kinds: dict[str, str], tmp_path: Path, kind: str) -> None:
    """A pull request may replace the file by a link."""
    tenants = tmp_path / "tenants.yaml"
    tenants.symlink_to(kinds[kind])
    with pytest.raises(FleetError, match=f"cannot be read: {KINDS[kind]}"):
        read(tenants)


def test_a_file_of_the_system_is_read_within_the_limit() -> None:
    """It has no size before it is read, but it is a file."""
    assert read_file("/proc/self/stat", MAX_BYTES)
    with pytest.raises(OSError, match="it is longer than 1 bytes"):
        read_file("/proc/self/stat", 1)


@pytest.mark.parametrize("size", [0, 1, MAX_BYTES - 1, MAX_BYTES])
def test_a_file_is_read_up_to_its_limit(tmp_path: Path, size: int) -> None:
    """A link to it works too, as Kubernetes mounts secrets."""
    (tmp_path / "file").write_bytes(b"x" * size)
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "link", MAX_BYTES) == b"x" * size
    (tmp_path / "file").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(OSError, match="it is longer than 4096 bytes"):
        read_file(tmp_path / "link", MAX_BYTES)


def outcome(path: Path) -> bytes:
    """Return what is read, or why nothing is."""
    try:
        return read_file(path, MAX_BYTES)
    except OSError as error:
        return str(error.strerror).encode()


def test_what_was_opened_counts_while_the_path_changes(tmp_path: Path) -> None:
    """A pipe that takes the file's place between two looks is never waited for."""
    path, stopped = tmp_path / "password", threading.Event()
    path.write_text("content")

    def swap() -> None:
        while not stopped.is_set():
            os.mkfifo(tmp_path / "pipe")
            (tmp_path / "pipe").rename(path)
            (tmp_path / "file").write_text("content")
            (tmp_path / "file").rename(path)

    swapping = threading.Thread(target=swap)
    swapping.start()
    outcomes = set()
    try:
        for number in range(200_000):
            outcomes.add(outcome(path))
            if number > ENOUGH and len(outcomes) > 1:
                break
    finally:
        stopped.set()
        swapping.join()
    assert outcomes == {b"content", NOT_REGULAR.encode()}


def test_a_terminal_does_not_become_that_of_the_reader() -> None:
    """Otherwise who closes it would end the provider."""
    master, terminal = os.openpty()
    code = (
        "import os, sys\nfrom pulumi_smtpconfig.files import read_file\n"
        "try: read_file(sys.argv[1], 1)\nexcept OSError as error: print(error.strerror)\n"
        "try: os.open('/dev/tty', os.O_RDONLY)\nexcept OSError: print('no terminal')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, os.ttyname(terminal)],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    os.close(master)
    os.close(terminal)
    assert run.stdout.splitlines() == [NOT_REGULAR, "no terminal"]


def test_a_bundle_may_have_text_in_any_encoding_between_certificates(
    tmp_path: Path, platform: Emulator
) -> None:
    """Those of operating systems name authorities there, in their own languages."""
    certificate = platform.ca_bundle.read_bytes()
    bundle = tmp_path / "bundle.pem"
    text = "# Főtanúsítvány\r\n".encode(), certificate, b"\xff\xfe\0\n", certificate
    bundle.write_bytes(b"".join(text))
    trusted = load_trust(str(bundle)).context().get_ca_certs(binary_form=True)
    assert ssl.PEM_cert_to_DER_cert(certificate.decode()) in trusted
