"""The lint rules: 1xx on the connection, 2xx on the login, 3xx on the host, 4xx on text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.lint.mail_services import PLAIN, SERVICES, SSL, STARTTLS, service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Settings = dict[str, object]
"""Some settings by the keys of the state."""


class Rule(NamedTuple):
    """A rule on each of some properties, which may depend on others too.

    Attributes:
        code: "E" for what is never right or "W" for what is likely wrong, and a number. It stays
            the same for ever, because programs silence warnings by it.
        title: What it finds, as a heading.
        on: The properties that it stands on, each judged for itself.
        reads: The other settings that it needs to know.
        broken: Tells from the property's value, and then those of `reads`, what is wrong.
        why: What is wrong, as a sentence on the property and without a value.
        remedy: What to do.
        source: Where that is written, as a link.
        wrong: Settings that break it and no other rule, beside the usual ones.
        right: The same settings, put right.
        words: Fills the braces in `why` and `remedy` from the values that `broken` gets; from
            tables alone, as any value may be secret.
    """

    code: str
    title: str
    on: tuple[str, ...]
    reads: tuple[str, ...]
    broken: Callable[..., bool]
    why: str
    remedy: str
    source: str
    wrong: Settings
    right: Settings
    words: Callable[..., Mapping[str, str]] | None = None


USUAL: Settings = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": 587,
    "starttls": True,
    "ssl": False,
}
"""What the examples of all rules have, where they say nothing else; no rule complains of it."""


def rfc(number: int, section: str) -> str:
    """Return a link to a section of a standard."""
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return f"[RFC {number}, section {section}]({url})"


SMTP, SMTPS, SUBMISSION = 25, 465, 587
PORTS = range(1, 65536)
BEGINS_PLAIN = (SMTP, SUBMISSION)
KNOWN_PORTS = sorted({SMTP, SMTPS, SUBMISSION}.union(*(service.ports for service in SERVICES)))
"""The ports of mail in IANA's registry, and those that services document beside them."""

IANA = (
    "[IANA's registry](https://www.iana.org/assignments/service-names-port-numbers) and the "
    "[services](#services) below"
)


def _tls(ssl: bool, starttls: bool) -> str:  # noqa: FBT001 - the settings themselves
    return SSL if ssl else STARTTLS if starttls else PLAIN


def _undocumented(port: int, host: str, ssl: bool, starttls: bool) -> bool:  # noqa: FBT001 - as above
    service = service_of(host)
    return service is not None and not service.documents(port, _tls(ssl, starttls))


def _service(_port: int, host: str, *_: object) -> Mapping[str, str]:
    service = service_of(host) or SERVICES[0]
    return {"service": service.name, "offer": service.offer}


CONNECTION = (
    Rule(
        code="E101",
        title="starttls together with ssl",
        on=("starttls",),
        reads=("ssl",),
        broken=lambda starttls, ssl: starttls and ssl,
        why="cannot be on together with ssl: TLS from the first byte leaves nothing to start",
        remedy="turn one of them off",
        source=rfc(3207, "4.2"),
        wrong={"port": 465, "ssl": True, "starttls": True},
        right={"port": 465, "ssl": True, "starttls": False},
    ),
    Rule(
        code="E102",
        title="A port out of range",
        on=("port",),
        reads=(),
        broken=lambda port: port not in PORTS,
        why=f"is not from 1 to {PORTS[-1]}",
        remedy="give the port that the SMTP server listens on",
        source=rfc(6335, "6"),
        wrong={"port": 587587},
        right={"port": 587},
    ),
    Rule(
        code="W101",
        title="The port of TLS from the first byte, without ssl",
        on=("port",),
        reads=("ssl",),
        broken=lambda port, ssl: port == SMTPS and not ssl,
        why="is the one for TLS from the first byte, but ssl is off",
        remedy="turn ssl on and starttls off, or use port 587 with starttls",
        source=rfc(8314, "3.3"),
        wrong={"port": 465},
        right={"port": 465, "ssl": True, "starttls": False},
    ),
    Rule(
        code="W102",
        title="A port that begins without TLS, with ssl",
        on=("port",),
        reads=("ssl",),
        broken=lambda port, ssl: port in BEGINS_PLAIN and ssl,
        why="is one where a connection begins without TLS, but ssl is on",
        remedy="turn ssl off and starttls on, or use port 465",
        source=rfc(8314, "3.3"),
        wrong={"ssl": True, "starttls": False},
        right={"ssl": False, "starttls": True},
    ),
    Rule(
        code="W103",
        title="An unusual port",
        on=("port",),
        reads=(),
        broken=lambda port: port in PORTS and port not in KNOWN_PORTS,
        why="is none that mail servers usually listen on",
        remedy=f"check it; usual ones are {', '.join(map(str, KNOWN_PORTS))}",
        source=IANA,
        wrong={"port": 857},
        right={"port": 587},
    ),
    Rule(
        code="W104",
        title="A port and TLS that the mail service does not document",
        on=("port",),
        reads=("host", "ssl", "starttls"),
        broken=_undocumented,
        why="is not one that {service} documents for this kind of TLS",
        remedy="use {offer}",
        source="the documentation of the [services](#services) below",
        wrong={"host": "smtp.gmail.com", "port": 2525},
        right={"host": "smtp.gmail.com", "port": 587},
        words=_service,
    ),
)


STAND_INS = frozenset(
    {
        *("apikey", "changeit", "changeme", "changethis", "dummy", "enterpassword", "fixme"),
        *("geheim", "insertpassword", "mypassword", "password", "passwort", "placeholder"),
        *("redacted", "replaceme", "replacethis", "secret", "smtppassword", "tbd", "todo"),
        *("topsecret", "yourapikey", "yourpassword", "yoursecret", "yoursmtppassword", "xxx"),
    }
)
"""Letters and digits of what samples have in place of a password."""

PASSWORDS = ("password", "passwort", "secret")
LONGEST_STAND_IN = 40
VAULT = "${vault."
KEYCLOAKS_MASK = (
    "[Keycloak's `SECRET_VALUE`](https://www.keycloak.org/docs-api/latest/javadocs/org/keycloak/"
    "representations/idm/ComponentRepresentation.html)"
)
LOGIN_EXAMPLE: Settings = {"user": "acme", "password": "n0t-a-w0rd"}


def bare(text: str) -> str:
    """Return the lower-case letters and digits of a short text, and nothing of a longer one."""
    short = text if len(text) <= LONGEST_STAND_IN else ""
    return "".join(filter(str.isalnum, short)).casefold()


def _unfilled(password: str) -> bool:
    text = password.strip()
    if text.startswith(VAULT):
        return False
    if text.startswith("<") and text.endswith(">"):
        return any(word in bare(text) for word in PASSWORDS)
    return text.endswith({"${": "}", "{{": "}}"}.get(text[:2], "\0"))


def _is_one(password: str) -> bool:
    """Tell whether a password is given that could be one; else another rule speaks of it."""
    return bool(password.strip("*")) and not _unfilled(password)


def _is_stand_in(password: str) -> bool:
    word = bare(password)
    return not _unfilled(password) and (word in STAND_INS or is_crossed_out(word))


def is_crossed_out(word: str) -> bool:
    """Tell whether a word is `xxx`, however long."""
    return word.startswith("xxx") and not word.strip("x")


LOGIN = (
    Rule(
        code="E201",
        title="A user without a password",
        on=("password",),
        reads=("user", "passwordFrom"),
        broken=lambda password, user, reference: bool(user) and not password and not reference,
        why="is missing, though a user is given",
        remedy="give the password too, or neither of them",
        source=rfc(4616, "2"),
        wrong={"user": "acme"},
        right=LOGIN_EXAMPLE,
    ),
    Rule(
        code="E202",
        title="A password without a user",
        on=("user",),
        reads=("password", "passwordFrom"),
        broken=lambda user, password, reference: not user and bool(reference or _is_one(password)),
        why="is missing, though a password is given",
        remedy="give the user too, or neither of them",
        source=rfc(4616, "2"),
        wrong={"password": "n0t-a-w0rd"},
        right=LOGIN_EXAMPLE,
    ),
    Rule(
        code="E203",
        title="A password of asterisks",
        on=("password",),
        reads=(),
        broken=lambda password: bool(password) and not password.strip("*"),
        why="holds only asterisks, which platforms show in place of a password",
        remedy="give the real one",
        source=KEYCLOAKS_MASK,
        wrong={"user": "acme", "password": "**********"},
        right=LOGIN_EXAMPLE,
    ),
    Rule(
        code="E204",
        title="A password that a template left unfilled",
        on=("password",),
        reads=(),
        broken=_unfilled,
        why="is a placeholder that nothing has filled",
        remedy="give the real one; a reference to Keycloak's vault is fine as it is",
        source="[Keycloak's vault](https://www.keycloak.org/server/vault)",
        wrong={"user": "acme", "password": "${SMTP_PASSWORD}"},
        right={"user": "acme", "password": "${vault.smtp}"},
    ),
    Rule(
        code="W201",
        title="A password that is a stand-in word",
        on=("password",),
        reads=(),
        broken=_is_stand_in,
        why="looks like the word that a sample has in its place",
        remedy="give the real one",
        source="[CWE-1392](https://cwe.mitre.org/data/definitions/1392.html)",
        wrong={"user": "acme", "password": "change-me"},
        right=LOGIN_EXAMPLE,
    ),
    Rule(
        code="W202",
        title="A login without TLS",
        on=("starttls",),
        reads=("ssl", "user"),
        broken=lambda starttls, ssl, user: bool(user) and not starttls and not ssl,
        why="is off and so is ssl, so that user and password cross the network in clear text",
        remedy="turn starttls on, or use ssl with port 465",
        source=rfc(8314, "3"),
        wrong=LOGIN_EXAMPLE | {"starttls": False},
        right=LOGIN_EXAMPLE | {"starttls": True},
    ),
)


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


def _is_stand_in_host(host: str) -> bool:
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
        broken=_is_stand_in_host,
        why="looks like the word that a sample has in its place, or ends in .invalid",
        remedy="give the server's name",
        source=rfc(2606, "2"),
        wrong={"host": "your-smtp-server"},
        right={"host": "mail.acme.example"},
    ),
)
