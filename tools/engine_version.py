"""The versions of the engine that the project accepts and installs."""

from semver import VersionInfo

OLDEST = VersionInfo(3, 216, 0)
"""The first engine to take the inputs that a provider's `read` answers."""

INSTALLED = "v3.225.0"
"""The version to install; `go/cli/go.mod` pins the same one."""
