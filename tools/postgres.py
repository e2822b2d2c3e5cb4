"""A real PostgreSQL on this machine."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from tools.background import background
from tools.cache import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"
READY = re.compile("ready to accept connections")


class Postgres(NamedTuple):
    """A running PostgreSQL.

    Attributes:
        url: Its address for Pulumi's state backend, without the password.
        environment: The variable with the password.
    """

    url: str
    environment: dict[str, str]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run an empty PostgreSQL on 127.0.0.1 that asks for a password.

    Raises:
        Unavailable: It is not installed or does not start.
    """
    programs = _programs()
    password = secrets.token_urlsafe()
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "password").write_text(password)
        as_user = _owned_by_user(folder)
        port = _free_port()
        subprocess.run(
            [
                *(*as_user, str(programs / "initdb"), "--pgdata=data", f"--username={USER}"),
                *("--auth=scram-sha-256", "--pwfile=password", "--no-sync", "--locale=C"),
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server = [str(programs / "postgres"), "-D", "data", "-h", "127.0.0.1", "-p", str(port)]
        command = [*as_user, *server, "-k", folder, "-F"]
        log = Path(folder) / "postgres.log"
        with background(command, log, READY, env=os.environ, stop="QUIT"):
            url = f"postgres://{USER}@127.0.0.1:{port}/postgres?sslmode=disable"
            yield Postgres(url, {"PGPASSWORD": password})


def _programs() -> Path:
    """Return the folder of `postgres` and `initdb`, which Debian keeps off PATH."""
    debian = [str(path) for path in sorted(DEBIAN.glob("*/bin"), reverse=True)]
    found = shutil.which("initdb", path=os.pathsep.join([os.environ["PATH"], *debian]))
    if found is None:
        raise Unavailable("PostgreSQL is not installed: run `apt-get install postgresql`.")
    return Path(found).resolve().parent


def _owned_by_user(folder: str) -> list[str]:
    """Give the folder to the user that PostgreSQL needs in place of root; return `setpriv ...`."""
    if os.geteuid():
        return []
    for path in (folder, f"{folder}/password"):
        shutil.chown(path, USER, USER)
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
