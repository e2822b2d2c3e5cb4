"""A command carries one address and never a second command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.smtp.addresses import ascii_domain
from pulumi_smtpconfig.smtp.verifier import login_of
from tests.smtp.scripted_server import GOOD, scripted_server
from tests.smtp.smtp_server import smtp_server
from tests.smtp.verifying import RECIPIENT, failure_at, verification, verify_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.smtp.smtp_server import SmtpServer

UTF8 = b"250-mx.acme.example\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"
STAGE = {
    "host": "look-up",
    "user": "AUTH",
    "password": "AUTH",
    "sender": "MAIL FROM",
    "recipient": "RCPT TO",
}
INVALID_CREDENTIALS = "a\0b", "a\udcffb"
INVALID_ADDRESSES = (
    *(f"a{end}RCPT TO:<b@c.de>" for end in "\r\n"),
    *(f"a@b.de{end}" for end in "\0 <>\x7f\ud800"),
    *('"a b@c.de', '"a"b c"@d.de', '"a"@b c.de', '"a"> <"b"@c.de', 'a "b"@c.de', '"a>"b@c.de'),
    *('"a\r"@b.de', '"a\\\n"@b.de', '"a\0"@b.de', '"a\\\0"@b.de', '"a\ud800"@b.de', '"a\x7f"@b.de'),
    *("a@b\N{FULLWIDTH GREATER-THAN SIGN}.de", "a@b\N{IDEOGRAPHIC SPACE}c.de", "a@" + "\xe4" * 70),
    *("a@b..de", "a@.de"),
)
INVALID = {
    "host": (
        *("", "a\r\nb", "a b", "a\0b", "a..b", ".a", "ä" * 70, "a\N{IDEOGRAPHIC SPACE}b"),
        *("[]", "[a.de]", "[IPv6:a.de]", "[127.0.0.1", "[[::1]]", "[::1]x"),
    ),
    "user": INVALID_CREDENTIALS,
    "password": INVALID_CREDENTIALS,
    "sender": INVALID_ADDRESSES,
    "recipient": INVALID_ADDRESSES,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in INVALID.items() for value in values],
    ids=ascii,
)
def test_an_invalid_value_fails_its_stage_before_connecting(
    bundle: Path, field: str, value: str
) -> None:
    """A value that a command cannot carry is reported and never sent."""
    changes: dict[str, Any] = {field: value}
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        error = failure_at(server.port, bundle, **changes)
    assert (error.stage, error.passed) == (STAGE[field], ())
    assert not server.received


def test_a_session_sends_exactly_these_commands(bundle: Path) -> None:
    """EHLO names this machine by its address, which needs no look-up."""
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        verify_at(server.port, bundle, recipient=RECIPIENT)
    commands = [line for line in server.received if not line.startswith(b"AUTH")]
    assert [line.decode().upper() for line in commands] == [
        *("EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]"),
        *("MAIL FROM:<BOUNCE@ACME.EXAMPLE>", "RCPT TO:<HELP@ACME.EXAMPLE>", "RSET", "QUIT"),
    ]


def test_a_server_with_smtputf8_gets_non_ascii_addresses(server: SmtpServer) -> None:
    """SMTPUTF8 covers the sender and the recipient."""
    sender, recipient = "jörg@acme.example", "käte@acme.example"
    verify_at(server.port, server.ca_bundle, sender=sender, recipient=recipient)
    assert (server.senders, server.recipients) == ([sender], [recipient])


@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_a_server_without_smtputf8_fails_the_stage_of_a_non_ascii_local_part(
    bundle: Path, field: str
) -> None:
    """Real mails would fail at the same stage."""
    changes: dict[str, Any] = {field: "jörg@acme.example"}
    with smtp_server(bundle, enable_SMTPUTF8=False) as server:
        error = failure_at(server.port, bundle, **changes)
    assert error.stage == STAGE[field]
    assert "SMTPUTF8" in error.happened
    assert "ASCII" in error.remedy


DOMAINS = {
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.Example": "xn--bcher-kva.Example",
    "straße.example": "strasse.example",  # as in IDNA 2003 and Java; IDNA 2008 keeps the letter
    "例え.テスト": "xn--r8jz45g.xn--zckzah",
    "bücher。example": "xn--bcher-kva.example",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "Acme.Example": "Acme.Example",
    "[192.0.2.1]": "[192.0.2.1]",
    "[IPv6:2001:db8::1]": "[IPv6:2001:db8::1]",
}


@pytest.mark.parametrize(("domain", "sent"), DOMAINS.items())
def test_a_domain_goes_in_ascii_and_needs_no_smtputf8(bundle: Path, domain: str, sent: str) -> None:
    """Jakarta Mail sends it so, also with a local part that needs SMTPUTF8."""
    with smtp_server(bundle, enable_SMTPUTF8=False) as server:
        verify_at(server.port, bundle, sender=f"a@{domain}", recipient=f"b@{domain}")
    assert (server.senders, server.recipients) == ([f"a@{sent}"], [f"b@{sent}"])
    with scripted_server(*GOOD[:3], UTF8, *GOOD[4:], ca_bundle=bundle) as scripted:
        verify_at(scripted.port, bundle, sender=f"jörg@{domain}")
    assert f"FROM:<jörg@{sent}> SMTPUTF8".encode() in b"".join(scripted.received)


QUOTED = (
    '"no reply"@acme.example',
    '"a>b<"@acme.example',
    '"a@b"@acme.example',
    '"\\"\\ "@c.example',
)


@pytest.mark.parametrize("address", QUOTED)
def test_a_quoted_local_part_goes_as_it_is(bundle: Path, address: str) -> None:
    """Inside quotation marks, blanks and brackets are letters like others (RFC 5321, 4.1.2)."""
    with scripted_server(*GOOD, ca_bundle=bundle) as server:
        verify_at(server.port, bundle, sender=address, recipient=address)
    commands = [line.decode() for line in server.received if address.encode() in line]
    assert [command.partition(":")[2] for command in commands] == [f"<{address}>"] * 2


@given(
    address=st.text(
        st.sampled_from('ab@"\\ <>.\r\n\0\t[]ä\N{FULLWIDTH GREATER-THAN SIGN}\N{IDEOGRAPHIC SPACE}')
    )
)
@example(address='"a b"@c')
@settings(max_examples=500)
def test_no_address_ends_its_path_or_its_line(address: str) -> None:
    """What a server reads up to the `>` is all of the address, whatever it contains."""
    try:
        sent = ascii_domain(address)
    except ValueError:
        return
    assert not set("\r\n\0") & set(sent)
    quoted = re.match(r'"(?:[^"\\]|\\.)*"(?=@)', sent)
    outside = sent[quoted.end() :] if quoted else sent
    assert not set(" <>\t") & set(outside)


HOSTS = ("127.0.0.1", "[127.0.0.1]", "localhost", "LOCALHOST", "localhost.")
SIX_HOSTS = ("::1", "[::1]", "[IPv6:::1]", "[ipv6:0:0:0:0:0:0:0:1]", "0:0:0:0:0:0:0:1")


@pytest.mark.parametrize("host", HOSTS[:4])
def test_a_host_may_be_an_address_literal(server: SmtpServer, host: str) -> None:
    """The certificate has the bare address."""
    steps = dict(verify_at(server.port, server.ca_bundle, host=host))
    assert steps["connection"] == f"127.0.0.1 port {server.port}"


@pytest.mark.parametrize("host", SIX_HOSTS)
def test_an_ipv6_address_may_have_brackets(bundle: Path, host: str) -> None:
    """All of its forms lead to one server, are shown alike, and match the certificate."""
    with smtp_server(bundle, names=["::1"], bind="::1") as server:
        steps = dict(verify_at(server.port, bundle, host=host))
        assert steps["connection"] == f"::1 port {server.port}"
        error = failure_at(server.port, bundle, host=host, password="wrong")
    assert error.happened.startswith(f"[::1]:{server.port} failed at AUTH")


def test_the_name_in_the_certificate_is_still_checked(bundle: Path) -> None:
    """Brackets do not switch it off."""
    with smtp_server(bundle, names=["192.0.2.1"]) as server:
        error = failure_at(server.port, bundle, host="[127.0.0.1]")
    assert error.stage == "STARTTLS"
    assert "not trusted" in error.happened


def test_the_forms_of_a_host_are_one_login() -> None:
    """A refused login is not tried again under another form of its host."""
    logins = {login_of(verification(587, host=host)) for host in SIX_HOSTS}
    assert len(logins) == 1
    names = ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "XN--BCHER-KVA.EXAMPLE")
    assert len({login_of(verification(587, host=host)) for host in names}) == 1


@pytest.mark.parametrize("host", ["bücher.invalid", "xn--bcher-kva.invalid"])
def test_a_unicode_host_is_looked_up_in_ascii(host: str) -> None:
    """Errors show it so too."""
    error = failure_at(587, host=host)
    assert error.stage == "look-up"
    assert error.happened.startswith("xn--bcher-kva.invalid:587 failed")
