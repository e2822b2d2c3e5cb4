"""Find the Pulumi engine or install it: `python -m tools.engine` prints its folder.

With `--oldest` it is the oldest engine that is promised, for the tests that run on both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from semver import VersionInfo

from tools.cache import CACHE, Unavailable, end_children_on_signals, run, say, staging

if TYPE_CHECKING:
    from collections.abc import Callable

    Ways = dict[str, Callable[[], Path]]

OLDEST = VersionInfo(3, 225, 0)
"""The oldest engine that is promised."""

NEWEST = VersionInfo(3, 274, 1)
"""The engine to install; a `cli` folder in tools/go pins each of the two."""

HOST = "pulumi-language-python"
SDK = "github.com/pulumi/pulumi/sdk/v3"
GO_MODULES = Path(__file__).parent / "go"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE = f"{SDK}/python/cmd/{HOST}"
SCRIPTS = (f"python/cmd/{HOST}-exec", "python/dist/pulumi-resource-pulumi-python")
PROGRAMS = tuple(Path(path).name for path in (CLI, LANGUAGE, *SCRIPTS))

DOWNLOAD = """
import socket, subprocess, sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
socket.setdefaulttimeout(30)
try:
    PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
except subprocess.CalledProcessError as error:
    sys.exit(error.output.decode(errors="replace"))
except OSError as error:
    sys.exit(str(error))
"""


def engine_folder(*, oldest: bool = False) -> Path:
    """Return a folder with `pulumi` and its Python language host; install them if needed.

    Args:
        oldest: Take the oldest version that is promised, and not the one on PATH.

    Raises:
        Unavailable: There is no engine, and none could be installed.
    """
    tried: dict[str, str] = {}
    version = OLDEST if oldest else NEWEST
    ways: Ways = {} if oldest else {"`pulumi` on PATH": _on_path}
    ways["installed copy"] = partial(_usable, copy_of(version))
    folder = _first(ways, tried) or _install(version, tried)
    if folder is None:
        attempts = "\n".join(f"  - {way}: {reason}" for way, reason in tried.items())
        raise Unavailable(f"""\
There is no Pulumi engine, and none could be installed. Tried:
{attempts}
Install the Pulumi CLI {OLDEST} or newer (https://www.pulumi.com/docs/install/),
or Go (https://go.dev/dl/) with access to a module proxy, and run this again.""")
    return folder


def copy_of(version: VersionInfo) -> Path:
    """Return the folder in the cache for a version."""
    return CACHE / "engine" / f"v{version}"


def _install(version: VersionInfo, tried: dict[str, str]) -> Path | None:
    copy = copy_of(version)

    def installed(make: Callable[[Path, VersionInfo], Path]) -> Path:
        made = _usable(make(scratch, version))
        shutil.rmtree(copy, ignore_errors=True)  # it is broken, or it would have been used
        return made.rename(copy)

    with staging(copy.parent) as scratch:
        ways: Ways = {
            "installed copy": partial(_usable, copy),  # another run may just have made it
            "official download": lambda: installed(_download),
            "build with Go": lambda: installed(_build),
        }
        return _first(ways, tried)


def _first(ways: Ways, tried: dict[str, str]) -> Path | None:
    return next(filter(None, (_attempt(name, ways[name], tried) for name in ways)), None)


def _attempt(name: str, way: Callable[[], Path], tried: dict[str, str]) -> Path | None:
    try:
        return way()
    except (Unavailable, OSError, subprocess.SubprocessError, ValueError) as reason:
        tried[name] = str(reason)
    return None


def _on_path() -> Path:
    program = shutil.which("pulumi")
    if program is None:
        raise Unavailable("there is none")
    link = Path(program).absolute()
    return _usable(link.parent if (link.parent / HOST).exists() else link.resolve().parent)


def _usable(folder: Path) -> Path:
    missing = [name for name in PROGRAMS if shutil.which(name, path=folder) is None]
    if missing:
        raise Unavailable(f"no {', '.join(missing)} in {folder}")
    command = [str(folder / "pulumi"), "version"]
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    output = subprocess.run(command, env=env, check=True, timeout=60, stdout=subprocess.PIPE).stdout
    version = VersionInfo.parse(output.decode().strip().removeprefix("v"))
    if version < OLDEST:
        raise Unavailable(f"{folder} has version {version}, older than {OLDEST}")
    return folder


def _download(scratch: Path, version: VersionInfo) -> Path:
    say(f"Downloading Pulumi {version} ...")
    command = [sys.executable, "-c", DOWNLOAD, str(scratch), str(version)]
    run(command, scratch / "log", cwd=scratch, env={**os.environ, "TMPDIR": str(scratch)})
    return scratch / "bin"


def _build(scratch: Path, version: VersionInfo) -> Path:
    go = shutil.which("go")
    if go is None:
        raise Unavailable("there is no `go` on PATH")
    say(f"Building Pulumi {version} with Go: 5 minutes on two cores, 4 GB in {scratch} ...")
    env = go_environment(scratch)
    flags = f"-ldflags=-s -w -X {SDK}/go/common/version.Version=v{version}"
    folder = scratch / "built"
    cli = GO_MODULES / f"cli-{version}"
    # Pins an older SDK, because later ones have the host in a module that proxies do not serve.
    language = GO_MODULES / "language"
    for package, module in ((CLI, cli), (LANGUAGE, language)):
        command = [go, "build", "-v", "-trimpath", flags, "-o", f"{folder}/", package]
        run(command, scratch / "log", cwd=module, env=env)
    find = [go, "list", "-m", "-f", "{{.Dir}}", SDK]
    sdk = subprocess.check_output(find, cwd=cli, env=env, text=True).strip()
    for script in SCRIPTS:
        shutil.copyfile(f"{sdk}/{script}", folder / Path(script).name)
        (folder / Path(script).name).chmod(0o755)
    return folder


def go_environment(scratch: Path) -> dict[str, str]:
    """Return what Go needs to build a module of tools/go, with its own folders in a scratch one."""
    (scratch / "tmp").mkdir()
    own_modules = "" if "GOMODCACHE" in os.environ else "-modcacherw"  # so they can be removed
    return {
        "GOMODCACHE": str(scratch / "modules"),
        "GOCACHE": str(scratch / "cache"),
        **os.environ,
        "GOTMPDIR": str(scratch / "tmp"),
        "GOFLAGS": f"-mod=readonly {own_modules}",
        "GOSUMDB": "off",  # go.sum has every checksum, and -mod=readonly takes no other module
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }


def main() -> None:
    """Print the folder; exit with 1 if there is no engine, and 128 + signal if interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tools.engine", description=__doc__)
    parser.add_argument("--oldest", action="store_true", help=f"version {OLDEST}")
    end_children_on_signals()
    try:
        print(engine_folder(oldest=parser.parse_args().oldest))
    except (Unavailable, OSError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
