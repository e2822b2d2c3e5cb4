"""Where credentials may go: the one check, for a preview and for what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.auth.credentials import named_sets_are_given, resolve
from pulumi_smtpconfig.authority import InvalidAuthority, authority_of, parse_authority
from pulumi_smtpconfig.config import variable
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.redaction import public_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_smtpconfig.auth.credentials import Resolved
    from pulumi_smtpconfig.config import Config
    from pulumi_smtpconfig.interface import Access, Request

ADD_IT = "to their `hostnames`, with its port unless that is 443."


def authorize(config: Config, request: Request) -> Resolved:
    """Return the credentials for a request, after a check of each host that they are sent to.

    Without `hostnames`, a token goes to the tenant's own host alone, and a secret to the token
    endpoint. With them, both go only where these allow. `connectTo` does not matter, because the
    server that it leads to needs a certificate for the URL's host.

    Raises:
        ConfigurationError: There are none, they are wrong, or they may not be sent there.
    """
    resolved = resolve(config, request.access.credentials)
    _check(config, resolved, request)
    return resolved


def problem(config: Config, name: str, requests: Iterable[Request]) -> str:
    """Return why a named set cannot be used for requests, as far as a preview can tell.

    Nothing is wrong if no sets are configured, so a pull request without secrets can be previewed.
    """
    if not name or not named_sets_are_given(config):
        return ""
    try:
        resolved = resolve(config, name)
        for request in requests:
            _check(config, resolved, request)
    except ConfigurationError as error:
        return f"{error.happened} Next: {error.remedy}"
    return ""


def token_endpoint(resolved: Resolved, access: Access) -> str:
    """Return the URL to ask for a token.

    Raises:
        ConfigurationError: There is none, it is not https, or its host is not allowed.
    """
    url = access.expand(resolved.credentials.token_url or access.token_url)
    if not url:
        raise ConfigurationError(
            f"The credentials in {resolved.source} lack tokenUrl, "
            "and this platform has no known token endpoint.",
            "set tokenUrl, or give a token instead of clientId and the other keys.",
        )
    try:
        authority = authority_of(url)
    except InvalidAuthority as error:
        named = variable("tokenUrl")
        named = named if named in resolved.source else "tokenUrl"
        raise ConfigurationError(
            f"The {named} of the credentials in {resolved.source} {error}.",
            "set it to https://host/path, with {hostname} and {tenantId} as placeholders if "
            "needed, and without a user before the host.",
        ) from None
    if not resolved.credentials.allow(authority):
        raise _not_to(resolved, url)
    return url


def _check(config: Config, resolved: Resolved, request: Request) -> None:
    read_url = config.get("readUrl")
    is_read = read_url and request.access.expand(read_url.text) == request.url
    origin = f", the URL of {read_url.source}" if read_url and is_read else ""
    try:
        authority, own = authority_of(request.url), parse_authority(request.access.authority)
    except InvalidAuthority:
        raise _not_to(resolved, request.url, origin) from None
    allowed = resolved.credentials.allow(authority)
    if authority == own and not allowed:
        raise ConfigurationError(
            f"The credentials in {resolved.source} may not be used for {own}.",
            f"use others, or let the owner of these add it {ADD_IT}",
        )
    if authority != own and (not allowed or resolved.credentials.hostnames is None):
        raise _not_to(resolved, request.url, origin)
    if not resolved.credentials.token.get_secret_value():
        token_endpoint(resolved, request.access)


def _not_to(resolved: Resolved, url: str, origin: str = "") -> ConfigurationError:
    return ConfigurationError(
        f"The credentials in {resolved.source} may not be sent to {public_url(url)}{origin}.",
        f"use an https URL on the tenant's own host, or add its host {ADD_IT}",
    )
