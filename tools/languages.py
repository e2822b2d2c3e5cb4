"""What the tests of other languages need besides the engine, built with Go once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools.cache import CACHE, Unavailable, run, say, staging
from tools.engine import GO_MODULES, go_environment

if TYPE_CHECKING:
    from pathlib import Path

YAML_HOST = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
YAML_VERSION = "1.25.0"
"""tools/go/yaml/go.mod pins the same one."""

SDK_VERSION = "3.225.0"
"""Of pkg/v3, which generates SDKs; tools/go/sdk/go.mod pins the same one."""


def yaml_host() -> Path:
    """Return the folder of the engine's language host for YAML.

    Raises:
        Unavailable: It could not be built.
    """
    return _built("yaml", f"v{YAML_VERSION}", YAML_HOST)


def sdk_generator() -> Path:
    """Return a program that writes SDKs, for there is no Node.js or Go host to be built.

    Raises:
        Unavailable: It could not be built.
    """
    return _built("sdk", f"v{SDK_VERSION}", ".") / "sdk"


def _built(module: str, version: str, package: str) -> Path:
    ready = CACHE / "languages" / f"{module}-{version}"
    if ready.exists():
        return ready
    go = shutil.which("go")
    if go is None:
        raise Unavailable("there is no `go` on PATH; install Go 1.26.6 or newer")
    with staging(ready.parent) as scratch:
        if not ready.exists():  # another run may just have made it
            say(f"Building tools/go/{module} with Go: a minute on two cores ...")
            command = [
                go,
                "build",
                "-trimpath",
                "-ldflags=-s -w",
                "-o",
                f"{scratch}/built/",
                package,
            ]
            run(command, scratch / "log", cwd=GO_MODULES / module, env=go_environment(scratch))
            (scratch / "built").rename(ready)
    return ready
