"""Which tenant of which platform: the identity of a resource."""

from __future__ import annotations

import enum
import re
from typing import Annotated

from pydantic import AfterValidator

from pulumi_smtpconfig.inputs import Inputs, refuse
from pulumi_smtpconfig.settings import HIGHEST_PORT, RequiredText

DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
AUTHORITY = re.compile(r"(?P<host>[^:]{1,253}?)\.?(:(?P<port>[0-9]{1,5}))?")
HTTPS_PORT = 443


class PlatformName(str, enum.Enum):
    """The platforms, by the name that a program gives."""

    SSMS = "ssms"
    SHIFT = "shift"


def _canonical(hostname: str) -> str:
    match = AUTHORITY.fullmatch(hostname.lower())
    if not match or not all(map(DNS_LABEL.fullmatch, match["host"].split("."))):
        raise refuse("must be a host name like idp.example.com, or host:port, and nothing more")
    port = int(match["port"] or HTTPS_PORT)
    if not 1 <= port <= HIGHEST_PORT:
        raise refuse(f"has a port that is not from 1 to {HIGHEST_PORT}")
    return match["host"] if port == HTTPS_PORT else f"{match['host']}:{port}"


class Tenant(Inputs):
    """A tenant of a platform; its identifier keeps its case (contract: tenants are realms).

    `hostname` is canonical: in lower case, with a port only where it is not 443, no final dot.
    """

    platform: PlatformName
    hostname: Annotated[RequiredText, AfterValidator(_canonical)] = ""
    tenant_id: RequiredText = ""

    @property
    def id(self) -> str:
        """The resource's id in the state."""
        return f"{self.platform.value}/{self.hostname}/{self.tenant_id}"
