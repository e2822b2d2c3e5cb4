"""The tenants of a fleet, read from tenants.yaml and checked; it knows nothing of Pulumi."""

from .credentials import require_hostnames
from .file import Fleet, read
from .passwords import Passwords
from .problems import FleetError

__all__ = ["Fleet", "FleetError", "Passwords", "read", "require_hostnames"]
