"""Run the SDK's installer, in a process of its own so that it can be ended with its children."""

import socket
import subprocess
import sys

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from tools.engine_version import INSTALLED


def main(root: str) -> None:
    """Install below `root`; end with the installer's own words when that fails."""
    socket.setdefaulttimeout(30)  # the SDK sets none: a silent firewall would hold us for minutes
    try:
        PulumiCommand.install(root=root, version=VersionInfo.parse(INSTALLED.removeprefix("v")))
    except subprocess.CalledProcessError as problem:
        sys.exit(problem.output.decode(errors="replace"))
    except OSError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main(sys.argv[1])
