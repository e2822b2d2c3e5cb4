"""What the domains of addresses publish in DNS for mail: MX, SPF and DMARC."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.rdata
import dns.resolver
from publicsuffixlist import PublicSuffixList

from pulumi_smtpconfig.at_once import at_once
from pulumi_smtpconfig.errors import ConfigurationError, SmtpConfigError
from pulumi_smtpconfig.redaction import quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DNS_PORT = 53
LOOK_UP_SECONDS = 5.0
TOTAL_SECONDS = 30.0
THREADS = 64
MAX_SPF_LOOK_UPS = 10
"""RFC 7208, 4.6.4."""

SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
DMARC = re.compile(r"[vV]\s*=\s*DMARC1\s*(?:;|$)")
LIKE_DMARC = re.compile(DMARC.pattern, re.IGNORECASE)

MACRO = r"%(?:\{[slodiphcrtv]\d*r?[-.+,/_=]*\}|[%_-])"
MACRO_STRING = rf"(?:{MACRO}|[!-$&-~])*?"
LABEL = r"(?=[\da-z-]*[a-z-])[\da-z](?:[\da-z-]*[\da-z])?"
DOMAIN = rf"{MACRO_STRING}(?:\.{LABEL}\.?|{MACRO})"
V4_LENGTH, V6_LENGTH = r"/(?:[12]?\d|3[0-2])", r"/(?:[1-9]?\d|1[01]\d|12[0-8])"
MECHANISM = re.compile(
    rf"(?P<sign>[+?~-]?)(?P<term>all|ptr|(?:include|exists|ptr):{DOMAIN}"
    rf"|(?:a|mx)(?::{DOMAIN})?(?:{V4_LENGTH})?(?:/{V6_LENGTH})?"
    rf"|ip4:(?P<ip4>[\d.]+)(?:{V4_LENGTH})?|ip6:(?P<ip6>[\da-f:.]+)(?:{V6_LENGTH})?)",
    re.ASCII,
)
MODIFIER = re.compile(
    rf"(?P<name>redirect|exp)=(?P<domain>{DOMAIN})|(?!redirect=|exp=)[a-z][\w.-]*={MACRO_STRING}",
    re.ASCII,
)
"""RFC 7208, section 12, in lower case."""

LOOKED_UP = re.compile("include|exists|a|mx|ptr")

NULL_MX = "."
"""The MX record of a domain that takes no mail (RFC 7505)."""


class NoAnswer(Exception):
    """A look-up that no server answered; the message says why."""


class SpfError(Exception):
    """A record that is not valid; the message is the predicate of a sentence about it."""


class MailDomain(NamedTuple):
    """What a domain publishes.

    Attributes:
        name: The domain, in ASCII.
        exists: Whether DNS knows it.
        mx: The hosts of its MX records.
        has_address: Whether it has an address, which counts as its MX if it has none.
        spf: Its SPF records.
        names: The domains whose SPF records count as its own, directly and by what these include.
        has_macro: Whether whom it allows depends on the mail.
        allows_all: Whether that record, or the one that it is redirected to, allows every sender.
        spf_error: What is wrong with that record, or empty.
        organization: The domain whose DMARC records count: its own or its organization's.
        dmarc: The DMARC records there; if there is none, those with a version in another case.
        unanswered: Why a look-up had no answer, or empty.
    """

    name: str
    exists: bool = True
    mx: tuple[str, ...] = ()
    has_address: bool = False
    spf: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    has_macro: bool = False
    allows_all: bool = False
    spf_error: str = ""
    organization: str = ""
    dmarc: tuple[str, ...] = ()
    unanswered: str = ""


@dataclass
class SpfWalk:
    """What an SPF record says, and what it refers to says.

    Attributes:
        names: The domains whose records it passes what they pass.
        look_ups: How many terms need a look-up by the receiver.
        has_macro: Whether a term that may allow a sender depends on the mail.
        allows_all: Whether every sender is allowed.
        error: Why it is not valid, as a predicate, or empty.
    """

    names: set[str] = field(default_factory=set)
    look_ups: int = 0
    has_macro: bool = False
    allows_all: bool = False
    error: str = ""


class MailDns:
    """Looks domains up, each record once, before a deadline for all together.

    Args:
        server: The IP address of the DNS server to ask, with a port unless it is 53; empty for
            those of this machine.
        total: Seconds from now for all look-ups together.

    Raises:
        ValueError: `server` is no address.
        ConfigurationError: This machine has no DNS servers.
    """

    def __init__(self, server: str = "", total: float = TOTAL_SECONDS) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
        except dns.resolver.NoResolverConfiguration:
            raise ConfigurationError(
                "No DNS server is configured on this machine.", "name one with --dns-server."
            ) from None
        if server:
            host, port = server_address(server)
            self._resolver.nameservers, self._resolver.port = [host], port
        self._ends = time.monotonic() + total
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Future[tuple[str, ...] | None]] = {}
        self._suffixes = PublicSuffixList()

    def look_up(self, domains: Sequence[str]) -> Iterator[MailDomain]:
        """Yield what each domain publishes, as the answers come."""
        for name, found in at_once(domains, self._domain, THREADS):
            if isinstance(found, SmtpConfigError):
                yield MailDomain(name, unanswered=found.happened.removesuffix("."))
            else:
                yield found

    def _domain(self, name: str) -> MailDomain:
        try:
            return self._answered(name)
        except NoAnswer as failure:
            return MailDomain(name, unanswered=str(failure))

    def _answered(self, name: str) -> MailDomain:
        mx = self._known_records(name, "MX")
        if mx is None:
            return MailDomain(name, exists=False)
        hosts = tuple(sorted(record.split()[-1] for record in mx))
        has_address = not mx and any(self._records(name, kind) for kind in ("A", "AAAA"))
        spf = self._spf_records(name)
        walk = self._walk(spf)
        organization, dmarc = self._dmarc(name)
        return MailDomain(
            name,
            mx=hosts,
            has_address=has_address,
            spf=spf,
            names=frozenset(walk.names),
            has_macro=walk.has_macro,
            allows_all=walk.allows_all,
            spf_error=walk.error,
            organization=organization,
            dmarc=dmarc,
        )

    def _dmarc(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Return the records of a domain or of its organization (RFC 7489, 6.6.3)."""
        organization = self._suffixes.privatesuffix(name) or name
        domains = dict.fromkeys((name, organization))
        for pattern in (DMARC, LIKE_DMARC):
            for domain in domains:
                texts = self._records(f"_dmarc.{domain}", "TXT")
                if found := tuple(text for text in texts if pattern.match(text)):
                    return domain, found
        return organization, ()

    def _spf_records(self, domain: str) -> tuple[str, ...]:
        return tuple(text for text in self._records(domain, "TXT") if SPF.match(text))

    def _walk(self, records: Sequence[str]) -> SpfWalk:
        walk = SpfWalk()
        if len(records) == 1:
            try:
                walk.allows_all = self._follow(records[0], walk, passes=True)
            except SpfError as error:
                walk.error = str(error)
        return walk

    def _follow(self, record: str, walk: SpfWalk, *, passes: bool) -> bool:
        """Note what a record names, and what that names; return whether it allows everybody.

        Args:
            record: The record.
            walk: Where it is noted.
            passes: Whether who matches it is allowed, and not "-", "~" or "?".
        """
        last = ""
        modifiers: dict[str, str] = {}
        for text in filter(None, record.lower().split(" ")[1:]):
            if modifier := MODIFIER.fullmatch(text):
                if modifier["name"] in modifiers:
                    raise SpfError(f"contains `{modifier['name']}=` more than once")
                if modifier["name"]:
                    modifiers[modifier["name"]] = modifier["domain"]
                continue
            mechanism = MECHANISM.fullmatch(text)
            if not mechanism or not _has_address(mechanism):
                raise SpfError(f"contains {quote_text(text, ())}, which is not valid")
            if mechanism["term"] == "all":
                last = last or text
            elif not last:  # after `all` nothing counts
                is_pass = passes and mechanism["sign"] in {"", "+"}
                self._look_at(mechanism["term"], walk, passes=is_pass)
        if last or "redirect" not in modifiers:
            return last in {"all", "+all"}
        _count(walk)
        return self._name(modifiers["redirect"], walk, passes=passes)

    def _look_at(self, term: str, walk: SpfWalk, *, passes: bool) -> None:
        name, _, domain = term.partition(":")
        if LOOKED_UP.match(name):
            _count(walk)
        if name == "include":
            self._name(domain, walk, passes=passes)
        elif "%" in domain:
            walk.has_macro = True

    def _name(self, domain: str, walk: SpfWalk, *, passes: bool) -> bool:
        """Follow the record of another domain, and note it if it counts as the domain's own."""
        if "%" in domain:
            walk.has_macro = True
            return False
        domain = domain.rstrip(".")
        found = self._spf_records(domain)
        if len(found) != 1:
            number = f"{len(found)} SPF records" if found else "no SPF record"
            raise SpfError(f"refers to {quote_text(domain, ())}, which has {number}")
        if passes:
            walk.names.add(domain)
        return self._follow(found[0], walk, passes=passes)

    def _records(self, name: str, kind: str) -> tuple[str, ...]:
        return self._known_records(name, kind) or ()

    def _known_records(self, name: str, kind: str) -> tuple[str, ...] | None:
        """Return records, which are looked up once, however many threads need them.

        Returns:
            None if there is no such domain.
        """
        with self._lock:
            is_first = (name, kind) not in self._known
            future = self._known.setdefault((name, kind), Future())
        if is_first:
            try:
                future.set_result(self._ask(name, kind))
            except BaseException as failure:
                future.set_exception(failure)
                raise
        return future.result()

    def _ask(self, name: str, kind: str) -> tuple[str, ...] | None:
        seconds = min(LOOK_UP_SECONDS, self._ends - time.monotonic())
        if seconds <= 0:
            raise NoAnswer("the time for all look-ups together was over")
        try:
            question = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return None  # no domain can have such a name
        try:
            answer = self._resolver.resolve(question, kind, lifetime=seconds)
        except dns.resolver.NXDOMAIN:
            return None
        except dns.resolver.NoAnswer:
            return ()
        except dns.exception.Timeout:
            why = f"no answer within {seconds:.0f} s"
        except dns.resolver.NoNameservers as failure:
            why = _refusal(failure)
        except (dns.exception.DNSException, OSError, ValueError) as failure:
            why = type(failure).__name__
        else:
            return tuple(_text(each) for each in answer)
        raise NoAnswer(f"{kind} of {quote_text(name, ())}: {why}")


def _count(walk: SpfWalk) -> None:
    walk.look_ups += 1
    if walk.look_ups > MAX_SPF_LOOK_UPS:
        raise SpfError(f"takes more than {MAX_SPF_LOOK_UPS} look-ups")


def _has_address(mechanism: re.Match[str]) -> bool:
    """Tell whether a term has an IP address where it must have one."""
    try:
        IPv4Address(mechanism["ip4"] or "0.0.0.0")  # noqa: S104 - any valid one
        IPv6Address(mechanism["ip6"] or "::")
    except ValueError:
        return False
    return True


def _text(record: dns.rdata.Rdata) -> str:
    strings = getattr(record, "strings", None)
    return b"".join(strings).decode("utf-8", "replace") if strings else record.to_text()


def _refusal(failure: dns.resolver.NoNameservers) -> str:
    responses = [error[-1] for error in failure.kwargs.get("errors", ()) if error[-1]]
    words = {dns.rcode.to_text(response.rcode()) for response in responses}
    return f"the DNS server answered {', '.join(sorted(words)) or 'nothing that can be read'}"


def server_address(text: str) -> tuple[str, int]:
    """Return the IP address and the port of a DNS server.

    Raises:
        ValueError: It is no such address.
    """
    match = re.fullmatch(r"(?:\[(?P<six>.+)\]|(?P<four>[\d.]+))(?::(?P<port>\d{1,5}))?", text)
    host = (match["six"] or match["four"]) if match else text
    return str(ip_address(host)), int((match and match["port"]) or DNS_PORT)
