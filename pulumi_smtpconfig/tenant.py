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
BASE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(\.{OCTET}){{3}}")
HTTPS_PORT = 443


class PlatformName(str, enum.Enum):
    """The platforms, by the name that a program gives."""

    SSMS = "ssms"
    SHIFT = "shift"
    KEYCLOAK = "keycloak"


def _canonical(hostname: str) -> str:
    match = AUTHORITY.fullmatch(hostname)
    if not match or not _is_host(match["host"]):
        raise refuse("must be a host name like idp.example.com, or host:port, and nothing more")
    port = int(match["port"] or HTTPS_PORT)
    if not 1 <= port <= HIGHEST_PORT:
        raise refuse(f"has a port that is not from 1 to {HIGHEST_PORT}")
    host = match["host"].lower()
    return host if port == HTTPS_PORT else f"{host}:{port}"


def _is_host(name: str) -> bool:
    *_, last = labels = name.split(".")
    if last.isdigit():  # RFC 3696, section 2: no top-level domain is all digits
        return bool(IPV4.fullmatch(name))
    return all(map(DNS_LABEL.fullmatch, labels))


def _base_path(path: str) -> str:
    if not BASE_PATH.fullmatch(path):
        raise refuse("must be a path like /auth, without a / at its end")
    return path


class Tenant(Inputs):
    """A tenant of a platform; its identifier keeps its case (contract: tenants are realms).

    `hostname` is canonical: in lower case, with a port only where it is not 443, no final dot.
    """

    platform: PlatformName
    hostname: Annotated[RequiredText, AfterValidator(_canonical)] = ""
    base_path: Annotated[str, AfterValidator(_base_path)] = ""
    tenant_id: RequiredText = ""

    @property
    def id(self) -> str:
        """The resource's id in the state."""
        return f"{self.platform.value}/{self.hostname}{self.base_path}/{self.tenant_id}"
