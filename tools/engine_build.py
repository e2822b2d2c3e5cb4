"""Building the engine from source with Go, for places that reach a module proxy but no download.

`go/cli` and `go/language` pin every module of the two programs; the language host has its own,
older pin because later ones are a separate module that proxies do not serve.
"""

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.engine_process import Environment, Unavailable, ask, follow, say
from tools.engine_version import INSTALLED

CLI = Path(__file__).parent / "go/cli"
LANGUAGE = CLI.with_name("language")
SDK = "github.com/pulumi/pulumi/sdk/v3"
PACKAGES = {
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi": (
        CLI,
        f"-X {SDK}/go/common/version.Version={INSTALLED}",
    ),
    f"{SDK}/python/cmd/pulumi-language-python": (LANGUAGE, ""),
}
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
GO_NEEDED = "".join(re.findall(r"^go (\S+)$", (CLI / "go.mod").read_text(), re.MULTILINE))


def build(copy: Path) -> None:
    """Make a copy with the Go on PATH; its caches lie beside the copy and go when it is done.

    Raises:
        Unavailable: there is no Go, it is too old, or the build failed.
    """
    go = shutil.which("go")
    if go is None:
        raise Unavailable("no `go` on PATH")
    say(
        f"Building Pulumi {INSTALLED} from source: on two cores about four minutes,"
        f" and meanwhile 4 GB in {copy.parent} ..."
    )
    copy.mkdir()
    with TemporaryDirectory(dir=copy.parent, ignore_cleanup_errors=True) as caches:
        env = _environment(Path(caches))
        for package, (module, version) in PACKAGES.items():
            say(f"  {package}")
            flags = ["-v", "-trimpath", f"-ldflags=-s -w {version}", "-o", str(copy)]
            follow([go, "build", *flags, package], _progress, env, module)
        _add_scripts(go, copy, env)


def _progress(lines: list[str]) -> str:
    modules = sum(line.startswith("go: downloading ") for line in lines)
    return f"{modules} modules downloaded, {len(lines) - modules} packages compiled"


def _add_scripts(go: str, copy: Path, env: Environment) -> None:
    sdk = Path(ask(go, "list", "-m", "-f", "{{.Dir}}", SDK, env=env, cwd=CLI))
    for script in SCRIPTS:
        target = copy / Path(script).name
        shutil.copyfile(sdk / script, target)
        target.chmod(0o755)


def _environment(caches: Path) -> Environment:
    temporary = caches / "tmp"
    temporary.mkdir()
    private = "" if "GOMODCACHE" in os.environ else "-modcacherw"  # or it could not be removed
    return {
        "GOMODCACHE": str(caches / "modules"),
        "GOCACHE": str(caches / "build"),
        **os.environ,
        "GOTMPDIR": str(temporary),
        "TEST_TELEMETRY_DIR": str(temporary),  # else Go's counters go to the user's configuration
        "GOFLAGS": f"-mod=readonly {private}",
        "GOSUMDB": "off",  # go.sum holds every checksum, and -mod=readonly takes no other
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
