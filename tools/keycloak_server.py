"""One Keycloak process with a home of its own."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tools.engine_process import SIGN_OF_LIFE_SECONDS, Environment, Unavailable, say

PATIENCE_SECONDS = 300
READY = re.compile(r"Listening on: https://127\.0\.0\.1:(\d+)")
GUARD = '{ "$@"; kill -s KILL 0; } & cat >/dev/null; kill -s KILL 0'
"""Kills its process group when standard input ends, as it does with us however that happens."""

Group = subprocess.Popen[bytes]


def make_home(distribution: Path, home: Path) -> None:
    """Make a home in which Keycloak may write; the large, constant part of it is a link."""
    for part in ("conf", "lib"):
        shutil.copytree(distribution / part, home / part, ignore=shutil.ignore_patterns("lib"))
    (home / "lib/lib").symlink_to(distribution / "lib/lib")
    for folder in ("bin", "providers", "tmp"):
        (home / folder).mkdir()
    shutil.copyfile(distribution / "bin/kc.sh", home / "bin/kc.sh")


@contextmanager
def serving(home: Path, options: list[str], environment: Environment) -> Iterator[int]:
    """Run the Keycloak of a home on a free port of 127.0.0.1, and say which.

    Raises:
        Unavailable: it does not start; the message has its last words.
    """
    script = ["sh", str(home / "bin/kc.sh"), f"-Djava.io.tmpdir={home / 'tmp'}", "start"]
    command = [*script, "--http-host=127.0.0.1", "--https-port=0", *options]
    log = home / "log"
    with _group(command, log, environment) as group:
        yield _port(group, log)


@contextmanager
def _group(command: list[str], log: Path, env: Environment) -> Iterator[Group]:
    guarded = ["sh", "-c", GUARD, "sh", *command]
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    with (
        log.open("wb") as out,
        subprocess.Popen(
            guarded, env=env, stdin=pipe, stdout=out, stderr=same, start_new_session=True
        ) as group,
    ):
        try:
            yield group
        finally:
            _end(group)


def _end(group: Group) -> None:
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(group.pid).children(recursive=True)
        group.communicate()
        psutil.wait_procs(family, timeout=10)


def _port(group: Group, log: Path) -> int:
    say("Starting Keycloak ...")
    started = time.monotonic()
    news = SIGN_OF_LIFE_SECONDS
    while group.poll() is None and news <= PATIENCE_SECONDS:
        if ready := READY.search(log.read_text(errors="replace")):
            return int(ready[1])
        if time.monotonic() - started > news:
            say(f"  {news} s: {_last_words(log, 1)}")
            news += SIGN_OF_LIFE_SECONDS
        time.sleep(0.1)
    raise Unavailable(f"Keycloak did not start. Its last words: {_last_words(log, 5)}")


def _last_words(log: Path, lines: int) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-lines:])
