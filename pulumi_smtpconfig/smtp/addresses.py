"""Hosts and addresses as they are contacted and as a command carries them."""

from __future__ import annotations

import re
from ipaddress import ip_address

LITERAL = re.compile(r"\[(IPv6:)?(?P<ip>[^\[\]]*)\]", re.IGNORECASE)
"""An address literal (RFC 5321, section 4.1.3), and what URLs have for an IPv6 address."""

MAX_NAME = 253
"""Characters of a name, at most (RFC 1035, section 2.3.4)."""

INVALID = "\\0-\\x20\\x7f<>\\ud800-\\udfff"
INVALID_IN_NAME = re.compile(f"[{INVALID}]")
QUOTED = r'"(?:[^\0-\x1f\x7f\ud800-\udfff"\\]|\\[ -~])*"'
PATH = re.compile(rf"(?:{QUOTED}@)?[^{INVALID}]*")
"""What may be between `<` and `>`: a blank or a bracket only inside quotation marks."""


def contacted_host(host: str) -> str:
    """Return the IP address or the ASCII name that a host stands for; empty if it is invalid."""
    literal = LITERAL.fullmatch(host)
    try:
        return str(ip_address(literal["ip"] if literal else host))
    except ValueError:
        name = "" if literal else _ascii_domain(host)
    return "" if INVALID_IN_NAME.search(name) else name


def ascii_domain(address: str) -> str:
    """Return an address with its domain in ASCII, as Jakarta Mail sends it; the rest is unchanged.

    Raises:
        ValueError: A command cannot carry it; a line break would start another command.
    """
    local, at, domain = address.rpartition("@")
    path = f"{local}{at}{_ascii_domain(domain)}"
    if (domain and path.endswith("@")) or not PATH.fullmatch(path):
        raise ValueError("invalid address")
    return path


def _ascii_domain(domain: str) -> str:
    """Return a domain in the form with `xn--` of IDNA 2003, Java's; empty if it has none."""
    if len(domain) > MAX_NAME:  # the codec takes quadratic time
        return ""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
