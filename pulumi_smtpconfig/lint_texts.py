"""Rules on names and addresses, and on what no text may hold."""

from __future__ import annotations

import re

from pulumi_smtpconfig.lint_rule import Rule, rfc

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Unicode's categories Cc, Zl, Zp and Cs: control characters and line breaks of all kinds."""

SPECIAL = re.compile('[<>"]')
NAMES = ("fromDisplayName", "replyToDisplayName")
TEXTS = ("host", "from", "replyTo", "envelopeFrom", "user", "password", "passwordFrom", *NAMES)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold().rstrip(".")


def _are_strangers(envelope_from: str, from_: str) -> bool:
    domains = sorted([_domain(envelope_from), _domain(from_)], key=len)
    return bool(envelope_from and from_) and not f".{domains[1]}".endswith(f".{domains[0]}")


TEXT = (
    Rule(
        code="E401",
        title="A line break or another control character",
        on=TEXTS,
        reads=(),
        broken=lambda text: CONTROL.search(text) is not None,
        why="holds a line break or another control character",
        remedy="take it out; read from a file, a text often has one at its end",
        source=rfc(5322, "2.2"),
        wrong={"fromDisplayName": "Acme\nBcc: all@acme.example"},
        right={"fromDisplayName": "Acme"},
    ),
    Rule(
        code="W401",
        title="A display name that needs encoding",
        on=NAMES,
        reads=(),
        broken=lambda name: not name.isascii(),
        why="is not plain ASCII: in a mail it needs an encoding that platforms do not document",
        remedy="send a mail to see how it looks, then silence this, or write it in ASCII",
        source=rfc(2047, "5"),
        wrong={"fromDisplayName": "Müller & Söhne"},
        right={"fromDisplayName": "Mueller & Soehne"},
    ),
    Rule(
        code="W402",
        title="A display name with angle brackets or quotation marks",
        on=NAMES,
        reads=(),
        broken=lambda name: SPECIAL.search(name) is not None,
        why="holds an angle bracket or a quotation mark, which have a meaning of their own there",
        remedy="give the name alone; the address has its own setting",
        source=rfc(5322, "3.4"),
        wrong={"replyTo": "help@acme.example", "replyToDisplayName": "Help <help@acme.example>"},
        right={"replyTo": "help@acme.example", "replyToDisplayName": "Help"},
    ),
    Rule(
        code="W403",
        title="from and envelopeFrom in different domains",
        on=("envelopeFrom",),
        reads=("from",),
        broken=_are_strangers,
        why="is in another domain than from, so that SPF does not count for from in DMARC",
        remedy="use from's domain, or one below or above it",
        source=rfc(7489, "3.1.2"),
        wrong={"envelopeFrom": "bounces@mailer.example"},
        right={"envelopeFrom": "bounces@mail.acme.example"},
    ),
)
