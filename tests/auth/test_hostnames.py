"""Which patterns the owner of credentials may write, and what they allow."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulumi_smtpconfig.auth.hostnames import (
    NOT_A_PATTERN,
    TOO_WIDE,
    matches,
    parse_pattern,
)
from pulumi_smtpconfig.authority import parse_authority

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
PORTS = st.sampled_from(["", ":443", ":0443", ":8443", ":1", ":65535"])
BELOW_A_PUBLIC_SUFFIX = [
    *(
        "com",
        "COM",
        "com.",
        "co.uk",
        "k12.ca.us",
        "de",
        "example",
        "internal",
        "local",
        "localhost",
    ),
    *("github.io", "herokuapp.com", "s3.amazonaws.com", "blogspot.com", "kawasaki.jp", "foo.ck"),
    *("amazonaws.com", "xn--p1ai", "xn--55qx5d.cn", "a.kawasaki.jp"),
]
NOT_PATTERNS = [
    *(
        "",
        ":443",
        "*.",
        "**",
        "**.example.com",
        "*.*.example.com",
        "a.*.example.com",
        "*example.com",
    ),
    *(
        "id*.com",
        "idp.*",
        "idp.example.*",
        "idp-*.example.com",
        "?x",
        "i?p.example.com",
        "[a-z].com",
    ),
    *("[!a].example.com", "[*].example.com", "[", "*.[::1]", "*.127.0.0.1", "*:*:*", "*.a.b:443:*"),
    *(
        "a.example:*:443",
        "a.example:",
        "a.example:**",
        "a.example:8*",
        "a.example:?",
        "https://a.b",
    ),
    *("a.example/x", "*.a.example/", "user@a.example", " a.example", "a.example ", "a.example,b"),
]


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        (
            "*.example.com",
            "idp.example.com a.b.example.com IDP.example.com.:0443",
            "example.com evilexample.com example.com.evil.org idp.example.com.evil.org x.y:8443",
        ),
        (
            "idp.example.com",
            "idp.example.com idp.example.com:443 IDP.EXAMPLE.COM. idp.example.com:00443",
            "a.idp.example.com example.com idp.example.com:8443 idp.example.com:1443",
        ),
        ("IDP.Example.COM.:0443", "idp.example.com", "idp idp.example.com:8443"),
        (
            "idp.example.com:8443",
            "idp.example.com:8443 idp.example.com:08443",
            "idp.example.com idp.example.com:18443 idp.example.com:844 a.idp.example.com:8443",
        ),
        (
            "idp.example.com:*",
            "idp.example.com idp.example.com:1 idp.example.com:65535",
            "a.idp.example.com a.idp.example.com:1",
        ),
        ("*.example.com:8443", "a.example.com:8443", "a.example.com example.com:8443"),
        ("*.example.com:*", "a.example.com a.example.com:1", "example.com example.com:1"),
        ("127.0.0.1:8443", "127.0.0.1:8443", "127.0.0.1 127.0.0.2:8443"),
        ("[0::1]:*", "[::1] [0:0::1]:8443", "[::2]"),
        ("localhost", "localhost", "localhost:8443 a.localhost"),
    ],
)
def test_a_pattern_allows_only_its_hosts_and_port(pattern: str, allowed: str, refused: str) -> None:
    """A star is for all labels before a name; without a port, a pattern is for 443 alone."""
    parsed = parse_pattern(pattern)
    assert [host for host in allowed.split() if not matches(parsed, parse_authority(host))] == []
    assert [host for host in refused.split() if matches(parsed, parse_authority(host))] == []


@given(host=HOSTS, port=PORTS)
@example(host="example.com", port="")
@example(host="a.example.com", port=":1")
def test_a_star_allows_only_hosts_below_the_domain(host: str, port: str) -> None:
    """The domain itself is not below it, and the port is compared as a number."""
    authority = parse_authority(host + port)
    below = host.endswith(".example.com")
    assert matches(parse_pattern("*.example.com:*"), authority) == below
    assert matches(parse_pattern("*.example.com"), authority) == (below and authority.port == 443)


@given(hosts=st.tuples(HOSTS, HOSTS), ports=st.tuples(PORTS, PORTS))
def test_a_host_allows_itself_alone(hosts: tuple[str, str], ports: tuple[str, str]) -> None:
    """A pattern without a star is equal to what it allows, in the canonical form."""
    pattern, other = (host + port for host, port in zip(hosts, ports, strict=True))
    same = parse_authority(pattern) == parse_authority(other)
    assert matches(parse_pattern(pattern.upper()), parse_authority(other)) == same
    assert parse_pattern(parse_pattern(pattern)) == parse_pattern(pattern)


@pytest.mark.parametrize("port", ["", ":8443", ":*"])
@pytest.mark.parametrize("domain", BELOW_A_PUBLIC_SUFFIX)
def test_a_star_below_a_public_suffix_is_refused(domain: str, port: str) -> None:
    """Anybody can get a name there, so somebody else's host would get the token."""
    with pytest.raises(ValueError, match="hosts of other owners") as caught:
        parse_pattern(f"*.{domain}{port}")
    assert str(caught.value) == TOO_WIDE


@pytest.mark.parametrize("pattern", ["*", "*:8443", "*:*", "*:443"])
def test_a_star_alone_is_refused(pattern: str) -> None:
    """It is a public suffix of all hosts."""
    with pytest.raises(ValueError, match="hosts of other owners"):
        parse_pattern(pattern)


@pytest.mark.parametrize(
    "domain", ["example.com", "acme.co.uk", "acme.github.io", "acme.internal", "www.ck", "a.b.c.de"]
)
def test_a_star_below_an_own_domain_is_allowed(domain: str) -> None:
    """One owner has all of its hosts."""
    assert parse_pattern(f"*.{domain}") == f"*.{domain}:443"


@pytest.mark.parametrize("domain", ["com", "co.uk", "github.io", "localhost"])
def test_a_public_suffix_without_a_star_is_one_host(domain: str) -> None:
    """It is not looked up in the list."""
    assert parse_pattern(domain) == f"{domain}:443"


@pytest.mark.parametrize("pattern", NOT_PATTERNS)
def test_a_wildcard_is_only_a_whole_first_label_or_port(pattern: str) -> None:
    """Other characters of shell patterns look like one host and allow another."""
    with pytest.raises(ValueError, match="must be a host such as") as caught:
        parse_pattern(pattern)
    assert str(caught.value) == NOT_A_PATTERN


@given(text=st.text("*?[]!.-:0189abcxfABX\u212a", max_size=12))
def test_no_text_is_a_pattern_for_hosts_that_it_does_not_spell(text: str) -> None:
    """What is accepted is a host, with at most a star before it and one after it."""
    try:
        parsed = parse_pattern(text)
    except ValueError:
        return
    host, _, port = parsed.rpartition(":")
    assert set(host.removeprefix("*.")).isdisjoint("*?!")
    assert port == "*" or 1 <= int(port) <= 65535
    assert host.removeprefix("*.").strip("[]").rstrip(".") in text.lower() or ":" in host


@pytest.mark.parametrize(("pattern", "loaded"), [("idp.example.com", False), ("*.a.example", True)])
def test_only_a_star_loads_the_list(pattern: str, *, loaded: bool) -> None:
    """A preview does not pay for what its credentials do not use."""
    code = (
        "import sys; from pulumi_smtpconfig.auth.hostnames import parse_pattern\n"
        f"parse_pattern({pattern!r}); print('publicsuffixlist' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(loaded)
