"""Read and check the tenants in tenants.yaml, without Pulumi."""

from .credentials import require_hostnames
from .file import Fleet, read
from .passwords import Passwords
from .problems import FleetError

__all__ = ["Fleet", "FleetError", "Passwords", "read", "require_hostnames"]
