"""Find the Pulumi engine or install it: `python -m tools.engine` prints its folder."""

from __future__ import annotations

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

OLDEST = VersionInfo(3, 216, 0)
"""The first engine to take the inputs that a provider's `read` returns."""

VERSION = "3.225.0"
"""The version to install; tools/go/cli/go.mod pins the same one."""

COPY = CACHE / "engine" / f"v{VERSION}"
HOST = "pulumi-language-python"
SDK = "github.com/pulumi/pulumi/sdk/v3"
GO_MODULES = Path(__file__).parent / "go"
GO_PACKAGES = {
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi": GO_MODULES / "cli",
    # Pins an older SDK, because later ones have the host in a module that proxies do not serve.
    f"{SDK}/python/cmd/{HOST}": GO_MODULES / "language",
}
SCRIPTS = (f"python/cmd/{HOST}-exec", "python/dist/pulumi-resource-pulumi-python")
PROGRAMS = tuple(Path(path).name for path in (*GO_PACKAGES, *SCRIPTS))

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


def engine_folder() -> Path:
    """Return a folder with `pulumi` and its Python language host; install them if needed.

    Raises:
        Unavailable: There is no engine, and none could be installed.
    """
    tried: dict[str, str] = {}
    ways: Ways = {"`pulumi` on PATH": _on_path, "installed copy": partial(_usable, COPY)}
    folder = _first(ways, tried) or _install(tried)
    if folder is None:
        attempts = "\n".join(f"  - {way}: {reason}" for way, reason in tried.items())
        raise Unavailable(f"""\
There is no Pulumi engine, and none could be installed. Tried:
{attempts}
Install the Pulumi CLI {OLDEST} or newer (https://www.pulumi.com/docs/install/),
or Go (https://go.dev/dl/) with access to a module proxy, and run this again.""")
    return folder


def _install(tried: dict[str, str]) -> Path | None:
    def installed(make: Callable[[Path], Path]) -> Path:
        made = _usable(make(scratch))
        shutil.rmtree(COPY, ignore_errors=True)  # it is broken, or it would have been used
        return made.rename(COPY)

    with staging(COPY.parent) as scratch:
        ways: Ways = {
            "installed copy": partial(_usable, COPY),  # another run may just have made it
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


def _download(scratch: Path) -> Path:
    say(f"Downloading Pulumi {VERSION} ...")
    command = [sys.executable, "-c", DOWNLOAD, str(scratch), VERSION]
    run(command, scratch / "log", cwd=scratch, env={**os.environ, "TMPDIR": str(scratch)})
    return scratch / "bin"


def _build(scratch: Path) -> Path:
    go = shutil.which("go")
    if go is None:
        raise Unavailable("there is no `go` on PATH")
    say(f"Building Pulumi {VERSION} with Go: 4 minutes on two cores, 4 GB in {scratch} ...")
    env = _go_environment(scratch)
    flags = f"-ldflags=-s -w -X {SDK}/go/common/version.Version=v{VERSION}"
    folder = scratch / "built"
    for package, module in GO_PACKAGES.items():
        command = [go, "build", "-v", "-trimpath", flags, "-o", f"{folder}/", package]
        run(command, scratch / "log", cwd=module, env=env)
    find = [go, "list", "-m", "-f", "{{.Dir}}", SDK]
    sdk = subprocess.check_output(find, cwd=GO_MODULES / "cli", env=env, text=True).strip()
    for script in SCRIPTS:
        shutil.copyfile(f"{sdk}/{script}", folder / Path(script).name)
        (folder / Path(script).name).chmod(0o755)
    return folder


def _go_environment(scratch: Path) -> dict[str, str]:
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
    end_children_on_signals()
    try:
        print(engine_folder())
    except (Unavailable, OSError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
