"""What domains publish, asked of a real DNS server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_smtpconfig.audit.domains import as_texts, find_wrong, policy_of
from pulumi_smtpconfig.audit.mail_dns import MailDns, server_address
from tests.audit.auditing import LIVE, audit, codes, tenants
from tests.cli.command import document

if TYPE_CHECKING:
    from pulumi_smtpconfig.audit.mail_dns import MailDomain
    from pulumi_smtpconfig.emulator import Emulator
    from tests.audit.dns_server import DnsServer

GMAIL = {"host": "smtp.gmail.com", "from": "no-reply@acme.example"}
ACME = {"host": "smtp.acme.example", "from": "no-reply@acme.example"}


def look_up(server: DnsServer, *domains: str, seconds: float = 30) -> dict[str, MailDomain]:
    """Return what the domains publish."""
    return {each.name: each for each in MailDns(server.address, seconds).look_up(domains)}


def publish(
    server: DnsServer,
    name: str = "acme.example",
    spf: tuple[str, ...] = ("v=spf1 include:_spf.google.com -all",),
    dmarc: tuple[str, ...] = ("v=DMARC1; p=reject",),
) -> None:
    """Publish what is right, or what a test gives in place of it."""
    server.publish(name, "MX", f"10 mx.{name}.")
    server.publish_texts(name, "something-else=1", *spf)
    server.publish_texts(f"_dmarc.{name}", *dmarc)
    server.publish_texts("_spf.google.com", "v=spf1 ip4:192.0.2.0/24 ~all")


def wrong(server: DnsServer, live: dict[str, str] | None = None) -> dict[str, str]:
    """Return the codes and sentences of what is wrong for a tenant with these settings."""
    live = live or GMAIL
    domains = {each.rpartition("@")[2] for key, each in live.items() if key != "host"}
    return {each.code: each.why for each in find_wrong(live, look_up(server, *domains))}


def test_what_is_right_has_no_finding(dns_server: DnsServer) -> None:
    """MX, an SPF record that names the service, and a DMARC policy."""
    publish(dns_server)
    assert wrong(dns_server) == {}


def test_each_look_up_is_made_once(dns_server: DnsServer, emulator: Emulator) -> None:
    """Whatever number of tenants has the domain, and whatever domain needs the record."""
    publish(dns_server)
    publish(dns_server, "globex.example")
    for number in range(100):
        domain = "acme.example" if number % 2 else "globex.example"
        emulator.tenants[f"t{number}"] = LIVE | {"host": "smtp.gmail.com", "from": f"x@{domain}"}
    result = audit(emulator, "--dns", "--dns-server", dns_server.address, "--json")
    assert document(result)["counts"]["ok"] == 100
    assert set(dns_server.questions.values()) == {1}
    assert ("_spf.google.com", "TXT") in dns_server.questions


def test_reports_say_what_domains_publish(dns_server: DnsServer, emulator: Emulator) -> None:
    """By kind of record and domain, of `from` and `replyTo`."""
    publish(dns_server)
    dns_server.publish("help.example", "MX", "0 .")
    emulator.tenants["acme"] = LIVE | {"replyTo": "x@help.example"}
    found = tenants(audit(emulator, "--dns", "--dns-server", dns_server.address, "--json"))["acme"]
    assert found["dns"] == {
        "MX of acme.example": "mx.acme.example.",
        "SPF of acme.example": "v=spf1 include:_spf.google.com -all",
        "DMARC of acme.example": "p=reject",
        "MX of help.example": ".",
        "SPF of help.example": "none",
        "DMARC of help.example": "none",
    }
    assert codes(found) == ["A302"]
    assert found["findings"][0]["subject"] == "help.example"


@pytest.mark.parametrize(
    ("kind", "record", "expected"),
    [
        ("MX", "10 mx.acme.example.", []),
        ("MX", "0 .", ["A302"]),
        ("A", "192.0.2.1", []),
        ("AAAA", "2001:db8::1", []),
        ("TXT", '"nothing of mail"', ["A302"]),
    ],
    ids=["MX", "null MX", "address", "IPv6 address", "neither"],
)
def test_a_domain_that_takes_no_mail_is_found(
    dns_server: DnsServer, kind: str, record: str, expected: list[str]
) -> None:
    """An address counts as an MX record does, and a null MX says that it takes none."""
    publish(dns_server)
    dns_server.publish("reply.example", kind, record)
    assert [*wrong(dns_server, GMAIL | {"replyTo": "x@reply.example"})] == expected


def test_a_domain_that_does_not_exist_is_one_error(dns_server: DnsServer) -> None:
    """Whatever else it cannot have is not told."""
    assert [*wrong(dns_server)] == ["A301"]
    assert set(dns_server.questions) == {("acme.example", "MX")}


@pytest.mark.parametrize("key", ["from", "envelopeFrom", "replyTo"])
def test_what_a_missing_domain_costs_depends_on_its_use(dns_server: DnsServer, key: str) -> None:
    """Replies are lost, and mail from it is refused; a null MX says so too."""
    publish(dns_server)
    content = ACME | {key: "x@other.example"}
    domains = ("acme.example", "other.example")
    (found,) = find_wrong(content, look_up(dns_server, *domains))
    is_sender = key != "replyTo"
    assert (found.code, found.severity) == ("A301", "error" if is_sender else "warning")
    assert ("refuse mail from it" in found.why) == is_sender
    dns_server.publish("other.example", "MX", "0 .")
    (found,) = (
        each for each in find_wrong(content, look_up(dns_server, *domains)) if each.code == "A302"
    )
    assert ("refuse mail from it" in found.why) == is_sender
    assert "rfc7505" in found.source


def test_a_guess_about_spf_is_a_warning(dns_server: DnsServer) -> None:
    """The record may list the addresses of the service, and DKIM may be enough."""
    publish(dns_server, spf=("v=spf1 ip4:192.0.2.1 -all",))
    (found,) = find_wrong(GMAIL, look_up(dns_server, "acme.example"))
    assert (found.code, found.severity) == ("A313", "warning")


def test_a_record_whose_version_is_written_wrong_is_discarded(dns_server: DnsServer) -> None:
    """That of the organization counts then, and without one the reason is told."""
    publish(dns_server)
    publish(dns_server, "mail.acme.example", dmarc=("v=dmarc1; p=none",))
    found = look_up(dns_server, "mail.acme.example")["mail.acme.example"]
    assert (found.organization, policy_of(found)) == ("acme.example", "reject")
    publish(dns_server, dmarc=("v=dmarc1; p=none",))
    assert "capital letters" in wrong(dns_server)["A322"]


def test_the_envelopes_sender_is_what_spf_is_about(dns_server: DnsServer) -> None:
    """And DMARC is about `from`; the null sender stands for `from`."""
    publish(dns_server)
    publish(dns_server, "bounce.example", spf=(), dmarc=())
    assert [*wrong(dns_server, GMAIL | {"envelopeFrom": "x@bounce.example"})] == ["A311"]
    assert [*wrong(dns_server, GMAIL | {"from": "x@bounce.example"})] == ["A311", "A321"]
    assert not wrong(dns_server, GMAIL | {"envelopeFrom": "<>"})


@pytest.mark.parametrize(
    ("spf", "code", "words"),
    [
        ([], "A311", "no SPF record"),
        (["v=spf10 -all", "spf1 -all"], "A311", "no SPF record"),
        (["v=spf1 -all", "v=spf1 ~all"], "A312", "acme.example has 2 SPF records"),
        (["v=spf1 include _spf.google.com -all"], "A312", '"include"'),
        (["v=spf1 inlcude:_spf.google.com -all"], "A312", '"inlcude:_spf.google.com"'),
        (["v=spf1 include: -all"], "A312", '"include:"'),
        (["v=spf1 include:none.example -all"], "A312", '"none.example", which has no SPF record'),
        (["v=spf1 redirect=none.example"], "A312", '"none.example", which has no SPF record'),
        ([f"v=spf1 include:{'x' * 64}.example -all"], "A312", "which has no SPF record"),
        (["v=spf1 include:acme.example -all"], "A312", "more than 10 look-ups"),
        (["v=spf1 " + "a " * 11 + "-all"], "A312", "more than 10 look-ups"),
        (["v=spf1 a mx ptr -all"], "A313", "does not name Gmail"),
        (["v=spf1 ip4:192.0.2.0/24 -all"], "A313", "does not name Gmail"),
        (["v=spf1 -include:_spf.google.com -all"], "A313", "does not name Gmail"),
        (["v=spf1 ~include:_spf.google.com -all"], "A313", "does not name Gmail"),
        (["v=spf1 a:_spf.google.com -all"], "A313", "does not name Gmail"),
        (["v=spf1 exists:%{i}.x.example -all"], "", ""),
        (["v=spf1 include:%{ir}.%{v}.%{d}.spf.has.pphosted.com ~all"], "", ""),
        (["v=spf1 redirect=%{d}._spf.x.example"], "", ""),
        (["v=spf1 include:macro.example -all"], "", ""),
        (["v=spf1 +all"], "A314", "`+all`"),
        (["v=spf1 include:_spf.google.com.evil.example -all"], "A312", "no SPF record"),
        (["v=spf1 include:_spf.google.com +all"], "A314", "`+all`"),
        (["v=spf1 include:_spf.google.com all"], "A314", "`+all`"),
        (["v=spf1 include:_spf.google.com redirect=any.example"], "A314", "`+all`"),
        (["V=SPF1 INCLUDE:_SPF.GOOGLE.COM. -ALL"], "", ""),
        (["v=spf1 include:chain.example -all"], "", ""),
        (["v=spf1 redirect=chain.example"], "", ""),
        (["v=spf1 include:_spf.google.com -all redirect=none.example"], "", ""),
        (["v=spf1 include:_spf.google.com -all exp=why.example x-y=z"], "", ""),
        (["v=spf1 include:_spf.google.com ip4:192.0.2.1 ip6:2001:db8::/32 a/24 -all"], "", ""),
        (["v=spf1 include:_spf.google.com " + "a " * 9 + "-all"], "", ""),
        (["v=spf1 include:_spf.google.com include:any.example -all"], "", ""),
        (["v=spf1  include:_spf.google.com   -all "], "", ""),
        *(
            ([f"v=spf1 include:_spf.google.com {term} -all"], "", "")
            for term in (
                *("a", "a/0", "a/24//64", "a//128", "mx:mx.acme.example/32", "ptr:acme.example"),
                *("?ptr", "ip4:192.0.2.1/32", "ip6:2001:db8::/32", "ip6:::ffff:192.0.2.1/128"),
                *("exists:%{ir}.%{l1r-+,/_=}._spf.%{d2}", "exists:%{i}", "a:x.%{d}", "x=", "x=a/b"),
                *("exp=%{i}.why.example", "a:x.e-1", "exists:a%%b%_c%-d.example"),
            )
        ),
        *(
            ([f"v=spf1 include:_spf.google.com {term} -all"], "A312", f'"{term}", which is not')
            for term in (
                *("all:foo", "-all/24", "ip4:999.1.1.1", "ip4:foo/99", "a/33", "a/024", "a//129"),
                *("a:", "mx:", "ptr:", "include:x/24", "include:x.example/24", "exists:foo/24"),
                *("exists", "include", "ip4:192.0.2.1/33", "ip6:2001:db8::/129", "ip4:2001:db8::"),
                *("ip6:192.0.2.1", "ip4:192.0.2", "ptr/24", "--a", "include:foo", "a:x.123", "=x"),
                *(
                    "a:x.-y",
                    "a:%{x}.example",
                    "a:%.example",
                    "redirect=",
                    "exp=",
                    "1x=y",
                    "all=x/y%",
                ),
                "ip4:192.0.2.01",
            )
        ),
        (["v=spf1 redirect=_spf.google.com redirect=any.example"], "A312", "more than once"),
        (["v=spf1 include:_spf.google.com exp=a.example exp=b.example"], "A312", "more than once"),
        (["v=spf1 include:_spf.google.com a\tb -all"], "A312", '"a b", which is not'),
        (["v=spf1 include:_spf.google.com -all ip4:foo"], "A312", '"ip4:foo"'),
    ],
    ids=lambda each: ", ".join(each)[:60] if isinstance(each, list) else "",
)
def test_spf_is_judged_as_receivers_do(
    dns_server: DnsServer, spf: list[str], code: str, words: str
) -> None:
    """The chain of what a record includes and what it redirects to counts."""
    publish(dns_server, spf=tuple(spf))
    dns_server.publish_texts("chain.example", "v=spf1 include:_spf.google.com ~all")
    dns_server.publish_texts("any.example", "v=spf1 +all")
    dns_server.publish_texts("macro.example", "v=spf1 exists:%{i}.x.example -all")
    found = wrong(dns_server)
    assert [*found] == [code][: len(code)]
    assert words in found.get(code, "")


def test_a_server_that_is_no_service_needs_no_name_in_spf(dns_server: DnsServer) -> None:
    """What sends from there is not known here."""
    publish(dns_server, spf=("v=spf1 ip4:192.0.2.1 -all",))
    assert not wrong(dns_server, ACME)


@pytest.mark.parametrize(
    ("dmarc", "code", "policy"),
    [
        ([], "A321", ""),
        (["v=DMARC2; p=none"], "A321", ""),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "A322", ""),
        (["v=DMARC1"], "A322", ""),
        (["v=dmarc1; p=none"], "A322", ""),
        (["v=DMARC1; p=nothing"], "A322", "nothing"),
        (["v=DMARC1; p=nothing; rua=mailto:x@acme.example"], "", "none"),
        (["v=DMARC1; p=reject; sp=nothing; rua=x,mailto:x@acme.example"], "", "none"),
        (["v=DMARC1; p=nothing; rua="], "A322", "nothing"),
        (["v=DMARC1; p=nothing; rua=x@acme.example"], "A322", "nothing"),
        (["v=DMARC1; p=reject; sp=nothing"], "A322", "nothing"),
        (["v=dmarc1; p=none", "v=DMARC1; p=reject"], "", "reject"),
        (["v=DMARC1; rua=mailto:x@acme.example"], "", "none"),
        (["v=DMARC1;p=Quarantine;pct=5"], "", "quarantine"),
        (["v = DMARC1 ; p = reject ; sp=none"], "", "reject"),
    ],
    ids=lambda each: ", ".join(each) if isinstance(each, list) else "",
)
def test_dmarc_is_judged_as_receivers_do(
    dns_server: DnsServer, dmarc: list[str], code: str, policy: str
) -> None:
    """RFC 7489, 6.6.3: exactly one record with a valid policy."""
    publish(dns_server, dmarc=tuple(dmarc))
    assert [*wrong(dns_server)] == [code][: len(code)]
    assert policy_of(look_up(dns_server, "acme.example")["acme.example"]) == policy


@pytest.mark.parametrize(("sp", "policy"), [("", "reject"), ("; sp=none", "none")])
def test_the_record_of_an_organization_is_for_its_subdomains(
    dns_server: DnsServer, sp: str, policy: str
) -> None:
    """Its `sp` is, if it has one; the organization is found by the public suffix list."""
    publish(dns_server, "acme.co.uk", dmarc=(f"v=DMARC1; p=reject{sp}",))
    publish(dns_server, "mail.eu.acme.co.uk", dmarc=())
    found = look_up(dns_server, "mail.eu.acme.co.uk")["mail.eu.acme.co.uk"]
    assert (found.organization, policy_of(found)) == ("acme.co.uk", policy)
    assert not wrong(dns_server, GMAIL | {"from": "x@mail.eu.acme.co.uk"})
    publish(dns_server, "acme.co.uk", dmarc=("v=DMARC1; p=reject; sp=nothing",))
    broken = wrong(dns_server, GMAIL | {"from": "x@mail.eu.acme.co.uk"})
    assert "The DMARC record of acme.co.uk has" in broken["A322"]


def test_a_failure_is_not_taken_for_a_missing_record(dns_server: DnsServer) -> None:
    """The finding has the name and what the server said."""
    publish(dns_server)
    for broken in ("_dmarc.acme.example", "_spf.google.com", "acme.example"):
        dns_server.broken = {broken}
        found = wrong(dns_server)
        assert [*found] == ["A331"]
        assert f'"{broken}": the DNS server answered SERVFAIL' in found["A331"]


def test_all_domains_together_have_one_deadline(dns_server: DnsServer) -> None:
    """A server that never answers does not hold an audit, and what is known stays."""
    publish(dns_server)
    names = [f"d{number}.example" for number in range(300)]
    dns_server.silent.update(names)
    began = time.monotonic()
    found = look_up(dns_server, "acme.example", *names, seconds=1)
    assert time.monotonic() - began < 20
    assert len(found) == 301
    assert found["acme.example"].mx
    unanswered = {found[name].unanswered for name in names}
    assert any("no answer within 1 s" in each for each in unanswered)
    assert "the time for all look-ups together was over" in unanswered


def test_an_answer_that_is_too_long_for_udp_is_asked_for_again(dns_server: DnsServer) -> None:
    """A record may be of many strings."""
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{number}" for number in range(200)) + " -all"
    publish(dns_server, spf=(long,))
    assert look_up(dns_server, "acme.example")["acme.example"].spf == (long,)


TERMS = st.sampled_from(
    [
        *("include:acme.example", "include:a.example", "include:b.example", "redirect=a.example"),
        *(
            "a",
            "mx:%{d}",
            "ptr",
            "exists:\x00",
            "+all",
            "-all",
            "include:..",
            "include:" + "é" * 70,
        ),
        *("=", "a=", "a" * 300, "\x1b[2J", "\u202e", "redirect=", "include:a.example/24"),
    ]
)
RECORDS = st.one_of(
    st.binary(max_size=600),
    st.text(max_size=300).map(lambda text: f"v=spf1 {text}"),
    st.lists(TERMS, max_size=20).map(lambda terms: f"v=spf1 {' '.join(terms)}"),
    st.text(max_size=300).map(lambda text: f"v=DMARC1;{text}"),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, max_size=3), st.lists(RECORDS, max_size=2), st.lists(RECORDS, max_size=2))
def test_hostile_records_are_bounded_and_cannot_control_a_terminal(
    dns_server: DnsServer,
    one: list[str | bytes],
    two: list[str | bytes],
    dmarc: list[str | bytes],
) -> None:
    """Long, binary and circular ones: each name is asked for once, and few are."""
    dns_server.questions.clear()
    for name, records in (("acme", one), ("a", two), ("b", one), ("_dmarc.acme", dmarc)):
        dns_server.publish_texts(f"{name}.example", *records)
    found = look_up(dns_server, "acme.example")
    for finding in find_wrong(GMAIL, found):
        assert all(text.isprintable() for text in finding)
        assert len(finding.why) < 1000
    assert as_texts(found["acme.example"]) or found["acme.example"].unanswered
    assert max(dns_server.questions.values()) == 1
    assert len(dns_server.questions) <= 20


def test_records_are_printed_without_what_controls_a_terminal(
    dns_server: DnsServer, emulator: Emulator
) -> None:
    """In the table and in JSON."""
    publish(dns_server, spf=("v=spf1 \x1b[2J\u202e\x07 -all",), dmarc=("v=DMARC1; p=\x1b]0;x\x07",))
    emulator.tenants["acme"] = dict(LIVE)
    for more in ((), ("--json",)):
        result = audit(emulator, "--dns", "--dns-server", dns_server.address, *more)
        assert "A312" in result.stdout
        assert all(line.isprintable() for line in result.output.splitlines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
        *((text, None) for text in ("dns.example", "1.2.3", "[::1", "192.0.2.1:", "1.2.3.4:x", "")),
    ],
)
def test_a_dns_server_is_named_by_its_address(text: str, expected: tuple[str, int] | None) -> None:
    """With a port unless it is 53."""
    if expected:
        assert server_address(text) == expected
    else:
        with pytest.raises(ValueError, match="address"):
            server_address(text)
