"""Rules on the SMTP server's name; the first one that fits a name is the one that speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint_login import STAND_INS, bare, is_crossed_out
from pulumi_smtpconfig.lint_rule import Rule, rfc
from pulumi_smtpconfig.lint_texts import CONTROL

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"[A-Za-z0-9.-]*")
STAND_IN_HOSTS = STAND_INS | {
    *("host", "hostname", "mailhost", "mailserver", "server", "smtphost", "smtpserver"),
    *("yourhost", "yourmailserver", "yourserver", "yoursmtphost", "yoursmtpserver"),
}
UNFILLED, URL, ADDRESS, PORT, SPACE = "unfilled", "URL", "address", "port", "space"


def _mistake(host: str) -> str:
    if NAME.fullmatch(host):
        return ""
    found = {
        UNFILLED: any(mark in host for mark in ("${", "{{", "<", ">")),
        URL: "/" in host,
        ADDRESS: "@" in host,
        PORT: host.count(":") == 1 or "]:" in host,
        SPACE: any(map(str.isspace, CONTROL.sub("", host))),
    }
    return next((mistake for mistake, is_it in found.items() if is_it), "")


def _is(mistake: str) -> Callable[[str], bool]:
    return lambda host: _mistake(host) == mistake


def _is_stand_in(host: str) -> bool:
    if "." in host.rstrip("."):
        return host.lower().rstrip(".").endswith(".invalid") and not _mistake(host)
    word = bare(host)
    return (word in STAND_IN_HOSTS or is_crossed_out(word)) and not _mistake(host)


HOST = (
    Rule(
        code="E301",
        title="A host that is a URL",
        on=("host",),
        reads=(),
        broken=_is(URL),
        why="is a URL or has a path",
        remedy="give the server's name alone, without scheme and path",
        source=rfc(1123, "2"),
        wrong={"host": "smtp://mail.acme.example"},
        right={"host": "mail.acme.example"},
    ),
    Rule(
        code="E302",
        title="A host with a port in it",
        on=("host",),
        reads=(),
        broken=_is(PORT),
        why="has a port in it",
        remedy="give the name alone and the number as port",
        source=rfc(1123, "2"),
        wrong={"host": "mail.acme.example:587"},
        right={"host": "mail.acme.example", "port": 587},
    ),
    Rule(
        code="E303",
        title="A host that is an e-mail address",
        on=("host",),
        reads=(),
        broken=_is(ADDRESS),
        why="is an e-mail address",
        remedy="give the name of the SMTP server alone",
        source=rfc(1123, "2"),
        wrong={"host": "no-reply@acme.example"},
        right={"host": "mail.acme.example"},
    ),
    Rule(
        code="E304",
        title="A host with a space",
        on=("host",),
        reads=(),
        broken=_is(SPACE),
        why="holds a space",
        remedy="give one name, without spaces around it",
        source=rfc(1123, "2"),
        wrong={"host": "mail.acme.example "},
        right={"host": "mail.acme.example"},
    ),
    Rule(
        code="E305",
        title="A host that a template left unfilled",
        on=("host",),
        reads=(),
        broken=_is(UNFILLED),
        why="holds a placeholder that nothing has filled",
        remedy="give the server's name",
        source=rfc(1123, "2"),
        wrong={"host": "${SMTP_HOST}"},
        right={"host": "mail.acme.example"},
    ),
    Rule(
        code="W301",
        title="A host that is a stand-in word",
        on=("host",),
        reads=(),
        broken=_is_stand_in,
        why="looks like the word that a sample has in its place, or ends in .invalid",
        remedy="give the server's name",
        source=rfc(2606, "2"),
        wrong={"host": "your-smtp-server"},
        right={"host": "mail.acme.example"},
    ),
)
