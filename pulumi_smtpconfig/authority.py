"""What a URL contacts, a host and a port, in one form that can be compared."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import urlsplit

HTTPS_PORT, MAX_PORT, MAX_NAME = 443, 65535, 253
AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]+\]|[^:\[\]]+)(:(?P<port>[0-9]{1,5}))?")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes a name an address (WHATWG URL Standard, "ends in a number")."""

OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = re.compile(rf"{OCTET}(\.{OCTET}){{3}}")

NOT_A_HOST = "must be a host name such as idp.example.com, or host:port"
NOT_ASCII = "must be ASCII; write an international name in its form with xn--"
NUMERIC = "is an address in a form that programs read differently; write it as in 192.0.2.1"
NOT_HTTPS = "is not an https URL"
NOT_A_PORT = f"has a port that is not from 1 to {MAX_PORT}"


class InvalidAuthority(ValueError):
    """What is wrong with a host, a port or a URL, as a predicate that does not quote it."""


class Authority(NamedTuple):
    """A host, in lower case and without a final dot, and a port; as text without the port 443."""

    host: str
    port: int

    def __str__(self) -> str:
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def parse_authority(text: str) -> Authority:
    """Return the canonical form of `host` or `host:port`; an IPv6 address needs brackets.

    Raises:
        InvalidAuthority: The text is something else.
    """
    if not text.isascii():
        raise InvalidAuthority(NOT_ASCII)
    match = AUTHORITY.fullmatch(text)
    if not match:
        raise InvalidAuthority(NOT_A_HOST)
    port = int(match["port"] or HTTPS_PORT)
    if not 1 <= port <= MAX_PORT:
        raise InvalidAuthority(NOT_A_PORT)
    return Authority(_canonical_host(match["host"].lower()), port)


def authority_of(url: str) -> Authority:
    """Return what an https URL contacts.

    Raises:
        InvalidAuthority: It is not an https URL of visible ASCII without a user before the host,
            or has braces or an invalid host.
    """
    is_plain = all("!" <= character <= "~" for character in url) and not set("@{}") & set(url)
    if not is_plain:  # urlsplit takes quadratic time for some other characters
        raise InvalidAuthority(NOT_HTTPS)
    try:
        scheme, authority, *_ = urlsplit(url)
    except ValueError:
        scheme = authority = ""
    if scheme != "https" or not authority:
        raise InvalidAuthority(NOT_HTTPS)
    try:
        return parse_authority(authority)
    except InvalidAuthority as error:
        raise InvalidAuthority(f"{NOT_HTTPS}, because its host {error}") from None


def is_address(host: str) -> bool:
    """Return whether a canonical host is an IP address instead of a name."""
    return host.startswith("[") or bool(IPV4.fullmatch(host))


def _canonical_host(host: str) -> str:
    if host.startswith("["):
        return f"[{_ipv6(host[1:-1])}]"
    name = host.removesuffix(".")
    labels = name.split(".")
    if NUMBER.fullmatch(labels[-1]):
        if not IPV4.fullmatch(host):
            raise InvalidAuthority(NUMERIC)
    elif len(name) > MAX_NAME or not all(map(LABEL.fullmatch, labels)):
        raise InvalidAuthority(NOT_A_HOST)
    return name


def _ipv6(address: str) -> IPv6Address:
    try:
        return IPv6Address(address)
    except ValueError:  # its message quotes the address
        raise InvalidAuthority(NOT_A_HOST) from None
