"""The canonical form of a host and port, and which hosts are refused."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_smtpconfig.auth.hostnames import parse_pattern
from pulumi_smtpconfig.authority import authority_of, parse_authority
from pulumi_smtpconfig.errors import ConfigurationError
from pulumi_smtpconfig.settings.models import Tenant
from pulumi_smtpconfig.settings.parsing import parse
from tests.test_config import config

NUMERIC = [
    *("0x7f000001", "0X7F000001", "0x7f.1", "0x7f.0.0.1", "127.0.0.0x1", "1.2.3.0x4", "0x", "a.0x"),
    *("0177.0.0.1", "0177.1", "017700000001", "127.0.0.01", "00.0.0.0", "010.8.8.8"),
    *("2130706433", "0", "4294967296", "127.1", "127.0.1", "256.1.1.1", "1.2.3.4.5", "a.b.1"),
    *("127.0.0.1.", "2130706433.", "0x7f.1.", "foo.09", "foo.08.", "9" * 60),
]
FULL_WIDTH = str.maketrans("0123456789x.", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789x."))
FOREIGN = [
    *(text.translate(FULL_WIDTH) for text in ("127.0.0.1", "0x7f000001", "2130706433")),
    *("127.0.0.\u0661", "\u2460.0.0.1", "127\u30020.0.1", "m\u00fcller.example", "\u0131.example"),
    *("\u212aobil.example", "idp.example\u3002com", "\u24d4xample.com", "idp.exam\u00adple.com"),
]
MALFORMED = ["", ".", "a..b", ".a", "a..", "-a.b", "a-.b", "a b", "a\n", "a\0", "a%2e.b", "a:b:c"]
MALFORMED += ["[::1", "::1", "[]", "[127.0.0.1]", "[0x7f000001]", "[v1.a]", "a@b", "x" * 64]
MALFORMED += ["a." * 127 + "a", "a\\.b", "*", "a.*", "a*.b.example", "{a}"]
OTHERS = [*NUMERIC, *FOREIGN, *MALFORMED]


def why_refused(text: str) -> str:
    """Return why a host is refused."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is returned
        parse_authority(text)
    return str(caught.value)


@pytest.mark.parametrize("host", OTHERS, ids=ascii)
def test_only_a_name_and_a_canonical_address_are_hosts(host: str) -> None:
    """What two programs could read as two hosts is refused everywhere that a host is given."""
    for text in (host, f"{host}:443", f"{host}:8443"):
        assert why_refused(text)
        assert "hostname" in [problem.property for problem in parse(Tenant, {"hostname": text})[1]]
        with pytest.raises(ValueError, match=r"must|address|owners"):
            parse_pattern(text)
        with pytest.raises(ValueError, match="is not an https URL"):
            authority_of(f"https://{text}/token")
    with pytest.raises(ConfigurationError, match="which is not host:port"):
        config(connectTo=f"{host}:8443").connect_to()


@pytest.mark.parametrize("host", NUMERIC)
def test_a_numeric_host_is_refused_with_its_canonical_form(host: str) -> None:
    """The reason says how an address is written."""
    assert why_refused(host).endswith("write it as in 192.0.2.1")


@given(number=st.integers(0, 2**32 - 1), form=st.sampled_from(["{}", "{:#x}", "0{:o}", "1.{}"]))
def test_what_the_system_takes_for_an_address_is_one_as_written(number: int, form: str) -> None:
    """Any text that inet_aton reads is refused, or is the address's one canonical form."""
    text = form.format(number)
    try:
        address = socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        return
    assert text == address or why_refused(text)
    assert parse_authority(address) == (address, 443)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("IDP.Example.COM", "idp.example.com", 443),
        ("idp.example.com.", "idp.example.com", 443),
        ("idp.example.com:0443", "idp.example.com", 443),
        ("idp.example.com.:00443", "idp.example.com", 443),
        ("idp.example.com:8443", "idp.example.com", 8443),
        ("127.0.0.1:8443", "127.0.0.1", 8443),
        ("255.255.255.255", "255.255.255.255", 443),
        ("[::1]", "[::1]", 443),
        ("[0:0:0::0001]:8443", "[::1]", 8443),
        ("[2001:DB8::A]", "[2001:db8::a]", 443),
        ("xn--mller-kva.example", "xn--mller-kva.example", 443),
        ("0x7f.example.com", "0x7f.example.com", 443),
        ("1.2.3.4a", "1.2.3.4a", 443),
        ("my_keycloak", "my_keycloak", 443),
    ],
)
def test_a_host_has_one_form(text: str, host: str, port: int) -> None:
    """Case, a final dot, zeros and the default port make no difference; the form is stable."""
    authority = parse_authority(text)
    assert authority == (host, port)
    assert parse_authority(str(authority)) == authority
    assert authority_of(f"https://{text}/a?b#c") == authority


@pytest.mark.parametrize(
    "url",
    [
        *("http://a.example/", "HTTPS", "https:", "https://", "https:a.example", "//a.example/"),
        *("https://user@a.example/", "https://a.example@b.example/", "https://a.example\\@b.c/"),
        *("https://b.example\\.a.example/", "https://a.example%2eb.example/", "https://[::1/"),
        *("https://a.example:/", "https://a.example:0/", "https://a.example:65536/"),
        *("https://a.example:+443/", "https://a.example:44 3/", "https://a.example\t.b/"),
        *("https://{hostname}/", "https://a.example/é", "https:///a.example/", "https:\\\\a.b/"),
    ],
)
def test_any_other_url_contacts_nothing(url: str) -> None:
    """What two parsers could read differently is refused."""
    with pytest.raises(ValueError, match="is not an https URL"):
        authority_of(url)
