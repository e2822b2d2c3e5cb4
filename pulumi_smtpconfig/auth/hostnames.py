"""The patterns in the `hostnames` of credentials: a host, or all hosts below a domain."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pulumi_smtpconfig.authority import (
    HTTPS_PORT,
    NOT_A_HOST,
    Authority,
    InvalidAuthority,
    is_address,
    parse_authority,
)

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

CACHED_PATTERNS = 4096

PATTERN = re.compile(r"(?P<below>\*\.)?(?P<host>\[.*\]|[^:]*)(:(?P<port>\*|[0-9]{1,5}))?")
NOT_A_PATTERN = (
    "must be a host such as idp.example.com, or *.example.com for all hosts below a domain; "
    "add :8443 for another port than 443, or :* for every port"
)
TOO_WIDE = (
    "would allow hosts of other owners; write each host, or a domain that is yours alone, as in "
    "*.example.com"
)


@lru_cache(maxsize=CACHED_PATTERNS)  # a preview parses the credentials of each resource
def parse_pattern(text: str) -> str:
    """Return the form of a pattern that `matches` takes: lower case, and always with a port.

    Raises:
        InvalidAuthority: It has another form, or allows hosts below a public suffix such as `com`
            or `github.io`; the message says what to write instead.
    """
    match = PATTERN.fullmatch(text)
    if not match:
        raise InvalidAuthority(NOT_A_PATTERN)
    below, host, port = match["below"] or "", match["host"], match["port"] or str(HTTPS_PORT)
    if host == "*":
        raise InvalidAuthority(TOO_WIDE)
    try:
        authority = parse_authority(f"{host}:{HTTPS_PORT if port == '*' else port}")
    except InvalidAuthority as error:
        raise InvalidAuthority(str(error).replace(NOT_A_HOST, NOT_A_PATTERN)) from None
    if below and is_address(authority.host):
        raise InvalidAuthority(NOT_A_PATTERN)
    if below and _spans_a_public_suffix(authority.host):
        raise InvalidAuthority(TOO_WIDE)
    return f"{below}{authority.host}:{'*' if port == '*' else authority.port}"


def matches(pattern: str, authority: Authority) -> bool:
    """Return whether a parsed pattern allows a host and port."""
    host, _, port = pattern.rpartition(":")
    fits = authority.host.endswith(host[1:]) if host.startswith("*") else authority.host == host
    return fits and port in {"*", str(authority.port)}


def _spans_a_public_suffix(domain: str) -> bool:
    """Return whether a domain, or one below it, is a suffix under which anybody gets a name."""
    suffixes, rules = _public_suffixes()
    return suffixes.is_public(domain) or f".{domain}\n" in rules


@cache
def _public_suffixes() -> tuple[PublicSuffixList, str]:
    """Return the list, and the text of its rules, one a line."""
    # Credentials without a wildcard do not pay for the list.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - see above

    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
    rules = [line for line in text.splitlines() if not line.startswith("//")]
    return PublicSuffixList(rules), "\n".join(rules)
