"""A private PostgreSQL for the tests; `python -m tools.postgres` says which one it would be."""

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tools.engine_process import Unavailable, ask

if TYPE_CHECKING:
    from typing_extensions import Self

DEBIAN = Path("/usr/lib/postgresql")
PACKAGE = "run `apt-get install postgresql`"
USER = "postgres"
PATIENCE_SECONDS = 30
READY = "database system is ready to accept connections"
GUARD = '"$@" & cat >/dev/null; kill -s QUIT $!; wait; rm -rf -- "$PWD"'
"""Removes the server when standard input ends, as it does with us however that happens."""


class Postgres:
    """A PostgreSQL on 127.0.0.1 that forgets everything, while the context lasts.

    Any number may run at once; each starts in about 2 s. It asks for a password, and has no TLS.

    Raises:
        Unavailable: on entering, when it is not installed or does not start.
    """

    url: str
    """Where it is, as Pulumi's state backend takes it; without the password."""
    environment: dict[str, str]
    """The variable that holds the password for all who read `url`."""

    def __init__(self) -> None:
        self._running = ExitStack()

    def __enter__(self) -> "Self":
        programs = find()
        with ExitStack() as starting:
            folder = TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True)
            home = Path(starting.enter_context(folder))
            self.environment = {"PGPASSWORD": secrets.token_urlsafe()}
            _initialise(programs, home, self.environment["PGPASSWORD"])
            port = starting.enter_context(_serving(programs, home))
            self.url = f"postgres://{USER}@127.0.0.1:{port}/postgres?sslmode=disable"
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()


def find() -> Path:
    """Return the folder of the newest PostgreSQL's programs.

    Raises:
        Unavailable: there is none; the message names the package.
    """
    found = [programs.parent for programs in DEBIAN.glob("*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    if not found:
        raise Unavailable(f"PostgreSQL is neither in {DEBIAN} nor on PATH: {PACKAGE}.")
    return max(found, key=lambda programs: [int(n) for n in re.findall(r"\d+", str(programs))])


def _unprivileged() -> list[str]:
    """Return what precedes a command: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return []
    if USER not in [user.pw_name for user in pwd.getpwall()]:
        raise Unavailable(f"PostgreSQL does not run as root, and no user is {USER}: {PACKAGE}.")
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]


def _initialise(programs: Path, home: Path, password: str) -> None:
    (home / "password").write_text(password)
    as_user = _unprivileged()
    if as_user:
        for path in (home, home / "password"):
            shutil.chown(path, USER, USER)
    options = ["--no-sync", "--locale=C", "--encoding=UTF8", f"--username={USER}"]
    login = ["--auth=scram-sha-256", f"--pwfile={home / 'password'}"]
    command = [str(programs / "initdb"), f"--pgdata={home / 'data'}", *options, *login]
    ask(*as_user, *command, env=os.environ, cwd=home)


@contextmanager
def _serving(programs: Path, home: Path) -> Iterator[int]:
    port = _free_port()
    options = ["-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", str(home)]
    command = [str(programs / "postgres"), *options, "-c", "fsync=off"]
    guarded = [*_unprivileged(), "sh", "-c", GUARD, "sh", *command]
    log = home / "log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            guarded, cwd=home, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
        ) as server,
    ):
        try:
            _wait_until_ready(log)
            yield port
        finally:
            server.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while READY not in log.read_text(errors="replace"):
        if time.monotonic() > end or "FATAL" in log.read_text(errors="replace"):
            words = " / ".join(log.read_text(errors="replace").splitlines()[-3:])
            raise Unavailable(f"PostgreSQL did not start. Its last words: {words}")
        time.sleep(0.05)


def main() -> None:
    """Print the folder of its programs; exit with 1 and the reason where there are none."""
    try:
        print(find())
    except Unavailable as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
