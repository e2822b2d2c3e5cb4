"""The Keycloak distribution: fetched by Maven once, checked, and prepared for a quick start.

Maven rather than a download of our own, because it knows the user's mirrors, proxies and trust.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

import platformdirs

from tools.engine_process import Unavailable, follow, say
from tools.install import install, only_installer
from tools.keycloak_java import java_environment

VERSION = "26.4.0"
SHA256 = "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

BUILT_FOR = ("--db=dev-mem",)
"""The options that Keycloak compiles in; with others it spends seconds of each start on them."""


def distribution() -> Path:
    """Return the folder of the distribution; install it into the user's cache directory first.

    Nothing may write there. Progress goes to standard error.

    Raises:
        Unavailable: it is not there yet, and Java, Maven or the artifact is not to be had.
    """
    target = platformdirs.user_cache_path("pulumi-smtpconfig") / "keycloak" / VERSION
    if not target.exists():
        with only_installer(target.parent, "Keycloak"):
            if not target.exists():  # another run may just have made it
                install(target, _fill)
    return target


def _fill(copy: Path) -> None:
    environment = java_environment()
    archive = _download(copy.parent)
    _check(archive)
    say(f"Unpacking and preparing Keycloak {VERSION} ...")
    shutil.unpack_archive(archive, copy.parent)
    (copy.parent / f"keycloak-{VERSION}").rename(copy)
    build = ["sh", str(copy / "bin/kc.sh"), "build", *BUILT_FOR]
    follow(build, lambda lines: lines[-1] if lines else "", environment, copy)


def _download(folder: Path) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Fetching Keycloak needs Maven: there is no `mvn` on PATH.")
    say(f"Fetching {ARTIFACT} (160 MB) with Maven ...")
    options = ["--batch-mode", "--quiet", "--strict-checksums"]
    places = [f"-Dmaven.repo.local={folder / 'maven'}", f"-DoutputDirectory={folder}"]
    command = [maven, *options, *places, COPY, f"-Dartifact={ARTIFACT}"]
    follow(command, lambda _: f"{_megabytes(folder)} MB", os.environ, folder)
    return folder / f"keycloak-quarkus-dist-{VERSION}.zip"


def _megabytes(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # Maven renames what has come whole
            size += path.stat().st_size
    return size // 1_000_000


def _check(archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise Unavailable(f"{ARTIFACT} as Maven gave it has SHA-256 {digest}, not {SHA256}.")
