"""What the lifecycle needs to know about a platform."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from pulumi_smtpconfig.platforms.encoding import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_smtpconfig.settings.models import SmtpSettings, Tenant

TOKEN_ENDPOINT = "/realms/{tenantId}/protocol/openid-connect/token"  # noqa: S105 - a path


class Platform(NamedTuple):
    """A row of the table.

    Attributes:
        title: Its name in sentences.
        tenant_reason: Why a tenant cannot have this identifier; empty if it can.
        endpoint: The URL that a tenant's settings are sent to.
        token_url: The template of a tenant's token endpoint; empty if none is documented.
        read_url: The template of the URL that the live settings are read from, given a look-up of
            connection settings; empty if they are not read.
        enable_reading: How a user turns reading on.
        method: The HTTP method that sends the settings.
        encode: The settings in the platform's form.
        body: The body to send, made of that form and the live map.
        live: The live map in what was read; None if it is not there.
        decode: The live map in the form that the state keeps.
        own_settings: The keys of settings that it has beyond the eleven of every platform.
        shows_secrets: Whether the live map has a secret that is set, masked, and lacks one that is
            not.
        since: The first version that knows a setting, for settings that older ones ignore.
        version_url: The URL of a representation of the server with its version; empty for none.
        list_url: The URL of the list of its tenants that a token may see; empty for none.
        test_url: The URL where it tries settings by a mail, without storing them; empty for none.
        clear: The body that removes all settings; None if the platform cannot.
        merges: Whether the body depends on the live map.
        has_base_path: Whether its API may be below a path.
        folds_case: Whether tenants that differ only in case are the same.
    """

    title: str
    tenant_reason: Callable[[str], str]
    endpoint: Callable[[Tenant], str]
    token_url: Callable[[Tenant], str]
    read_url: Callable[[Tenant, Callable[[str], str]], str]
    enable_reading: str = ""
    method: str = "POST"
    encode: Callable[[SmtpSettings], dict[str, str]] = encode
    body: Callable[[dict[str, str], Mapping[str, Any]], dict[str, Any]] = lambda new, _: new
    live: Callable[[Mapping[str, Any]], Any] = lambda realm: realm.get("smtpServer")
    decode: Callable[[Mapping[str, Any]], dict[str, Any]] = decode
    own_settings: frozenset[str] = frozenset()
    shows_secrets: bool = False
    since: Mapping[str, str] = MappingProxyType({})
    version_url: Callable[[Tenant], str] = lambda _: ""
    list_url: Callable[[Tenant], str] = lambda _: ""
    test_url: Callable[[Tenant], str] = lambda _: ""
    clear: Mapping[str, Any] | None = None
    merges: bool = False
    has_base_path: bool = False
    folds_case: bool = False


def path_segment(tenant: Tenant) -> str:
    """Return the tenant as a segment of a path."""
    return quote(tenant.tenant_id, safe="")


def path_segment_reason(tenant_id: str) -> str:
    """Return why a tenant's identifier cannot be a segment of a path, if it cannot."""
    return "cannot be a segment of a path" if tenant_id in {".", ".."} else ""
