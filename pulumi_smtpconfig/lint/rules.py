"""The lint rules: 1xx for the connection, 2xx for the login, 3xx for the host, 4xx for text."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from pulumi_smtpconfig.lint.mail_services import (
    KNOWN_PORTS,
    MAX_PORT,
    PLAIN,
    SMTP,
    SMTPS,
    SSL,
    STARTTLS,
    SUBMISSION,
    service_of,
)
from pulumi_smtpconfig.lint.platform_mailers import mailer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Settings = dict[str, object]
"""Settings by their keys in the state."""


class Rule(NamedTuple):
    """A rule for one or more properties, each checked on its own.

    Attributes:
        code: "E" for an error or "W" for a warning, and a number. It never changes its meaning,
            because programs silence warnings by code.
        title: What the rule finds, as a heading.
        on: The properties that it checks.
        matches: Tells from the property's value, and then those of `reads`, whether it is wrong.
        why: What is wrong, as the predicate of a sentence about the property.
        remedy: What to do.
        source: A link to the specification or documentation behind the rule.
        bad_example: Settings that match this rule and no other when added to `BASE`.
        good_example: The same settings, corrected.
        reads: The other properties that `matches` needs.
        is_accepted: Whether platforms take what an error finds, so that a program may silence it.
        fields: Returns the texts for the braces in `why` and `remedy` from what `matches` gets,
            but never a value itself, because it may be secret.
    """

    code: str
    title: str
    on: tuple[str, ...]
    matches: Callable[..., bool]
    why: str
    remedy: str
    source: str
    bad_example: Settings
    good_example: Settings
    reads: tuple[str, ...] = ()
    is_accepted: bool = False
    fields: Callable[..., Mapping[str, str]] = lambda *_: {}


BASE: Settings = {
    "host": "smtp.acme.example",
    "from": "no-reply@acme.example",
    "port": SUBMISSION,
    "starttls": True,
    "ssl": False,
}
"""The settings that every example adds to; no rule matches them."""

TOKEN: Settings = {
    "platform": "keycloak",
    "user": "no-reply@acme.example",
    "authTokenUrl": "https://login.acme.example/token",
    "authTokenClientId": "mail",
    "authTokenClientSecret": "n0t-a-w0rd",
    "authTokenScope": "smtp.send",
}
KEYCLOAKS_EMAIL = (
    "[Keycloak's email settings](https://www.keycloak.org/docs/latest/server_admin/#_email)"
)
LOGIN: Settings = {"user": "acme", "password": "n0t-a-w0rd"}

PORTS = range(1, MAX_PORT + 1)


def _is_undocumented(port: int, host: str, ssl: bool, starttls: bool) -> bool:  # noqa: FBT001 - the settings themselves
    tls = SSL if ssl else STARTTLS if starttls else PLAIN
    service = service_of(host)
    return service is not None and tls not in service.ports.get(port, ())


def _service_fields(_port: int, host: str, *_: object) -> Mapping[str, str]:
    service = service_of(host)
    return {"service": service.name, "offer": service.offer} if service else {}


def _is_ending(password: str, host: str, reference: str) -> bool:
    service = service_of(host)
    if service is None or service.password_end is None or not (password or reference):
        return False
    still = service.password_end.still
    return still is None or (bool(password) and still.fullmatch(password.replace(" ", "")) is None)


def _end_fields(_password: str, host: str, _reference: str) -> Mapping[str, str]:
    service = service_of(host)
    end = service.password_end if service else None
    if not service or not end:
        return {}
    return {"service": service.name, "when": end.when, "instead": end.instead}


def _has_no_token_login(url: str, host: str) -> bool:
    service = service_of(host)
    return bool(url) and service is not None and not service.has_token_login


PLACEHOLDERS = frozenset(
    {
        *("apikey", "changeit", "changeme", "changethis", "dummy", "enterpassword", "fixme"),
        *("geheim", "insertpassword", "mypassword", "password", "passwort", "placeholder"),
        *("redacted", "replaceme", "replacethis", "secret", "smtppassword", "tbd", "todo"),
        *("topsecret", "yourapikey", "yourpassword", "yoursecret", "yoursmtppassword", "xxx"),
    }
)
"""Placeholder passwords, normalised."""

HOST_PLACEHOLDERS = PLACEHOLDERS | {
    *("host", "hostname", "yourhost", "yourmailserver", "yourserver"),
    *("yoursmtphost", "yoursmtpserver"),
}
"""Placeholder hosts; `mail-server` and the like are names of services in a cluster."""

MAX_PLACEHOLDER = 40
PASSWORD_WORDS = ("password", "passwort", "secret")
VAULT = "${vault."
"""How a reference to Keycloak's vault starts."""


def _normalise(text: str) -> str:
    """Return the lower-case letters and digits of a text short enough to be a placeholder."""
    short = text if len(text) <= MAX_PLACEHOLDER else ""
    return "".join(filter(str.isalnum, short)).casefold()


def _is_placeholder(text: str, placeholders: frozenset[str]) -> bool:
    word = _normalise(text)
    return word in placeholders or (word.startswith("xxx") and not word.strip("x"))


def _is_template(password: str) -> bool:
    text = password.strip()
    if text.startswith(VAULT):
        return False
    if text.startswith("<") and text.endswith(">"):
        return any(word in _normalise(text) for word in PASSWORD_WORDS)
    return text.endswith({"${": "}", "{{": "}}"}.get(text[:2], "\0"))


def _has_blank_ends(text: str) -> bool:
    return text != text.strip() and not _is_template(text) and not CONTROL.search(text)


TOKEN_LOGIN = ("authTokenUrl", "authTokenClientId", "authTokenClientSecret")
TOKEN_SET = (*TOKEN_LOGIN, "authTokenClientSecretFrom", "authTokenScope")
"""The properties of a login by token; those of the first that are missing make it half a set."""


def _is_missing_password(password: str, user: str, reference: str, *token_set: str) -> bool:
    return bool(user) and not password and not reference and not any(token_set)


def _is_missing_user(user: str, password: str, reference: str) -> bool:
    # A mask or a template has a rule of its own.
    is_real = bool(password.strip("*")) and not _is_template(password)
    return not user and (bool(reference) or is_real)


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Unicode's categories Cc, Zl, Zp and Cs: control characters, line breaks and surrogates."""

TEMPLATE, URL, EMAIL, PORT, SPACE = "template", "URL", "email", "port", "space"
FOLDED, UNRESOLVABLE = "folded", "unresolvable"
HOST_MISTAKES = {
    TEMPLATE: re.compile(r"\$\{|\{\{|[<>]"),
    URL: re.compile("/"),
    EMAIL: re.compile("@"),
    PORT: re.compile(r"\A[^:]*:[^:]*\Z|\]:"),
    SPACE: re.compile(rf"(?!{CONTROL.pattern})\s"),
}
"""What is not part of a host; a host with several mistakes is reported for the first."""

MAX_NAME, MAX_LABEL = 253, 63
BRACKETED = re.compile(r"\[(?:IPv6:)?(.*)\]", re.IGNORECASE)
LABEL = re.compile(r"[\w-]+")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
ACE_PREFIX = "xn--"


def _host_mistake(host: str) -> str:
    found = (name for name, pattern in HOST_MISTAKES.items() if pattern.search(host))
    if not host or CONTROL.search(host):
        return next(found, "")
    return next(found, _name_mistake(host))


def _name_mistake(host: str) -> str:
    if ":" in host or "[" in host:
        bracketed = BRACKETED.fullmatch(host)
        return "" if _is_address(bracketed[1] if bracketed else host) else UNRESOLVABLE
    if len(host) > MAX_NAME:
        return UNRESOLVABLE
    if not host.isascii() and _is_folded(host):
        return FOLDED
    labels = normalize("NFC", host).removesuffix(".").split(".")
    if NUMBER.fullmatch(labels[-1]):
        return "" if _is_address(host) else UNRESOLVABLE
    is_name = all(map(_is_label, labels))
    return "" if is_name else UNRESOLVABLE


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_label(label: str) -> bool:
    if len(label) > MAX_LABEL or not LABEL.fullmatch(label):
        return False
    return label.isascii() or len(ACE_PREFIX + label.encode("punycode").decode()) <= MAX_LABEL


def _is_folded(host: str) -> bool:
    """Tell whether name preparation (RFC 3491) makes a different name of it, case aside."""
    from encodings.idna import nameprep  # noqa: PLC0415 - hardly a host needs it

    try:
        prepared = nameprep(host)
    except UnicodeError:
        return True
    return prepared != normalize("NFC", host.lower()) or "\N{IDEOGRAPHIC FULL STOP}" in host


def _has(mistake: str) -> Callable[[str], bool]:
    return lambda host: _host_mistake(host) == mistake


def _is_host_placeholder(host: str) -> bool:
    name = host.lower().rstrip(".")
    is_placeholder = (
        name.endswith(".invalid") if "." in name else _is_placeholder(host, HOST_PLACEHOLDERS)
    )
    return is_placeholder and not _host_mistake(host)


NAMES = ("fromDisplayName", "replyToDisplayName")
ADDRESSES = ("from", "replyTo", "envelopeFrom")
TOKEN_TEXTS = ("authTokenUrl", "authTokenClientId", "authTokenScope")
TEXTS = (
    *("host", *ADDRESSES, "user", "password", "passwordFrom", *NAMES),
    *("authTokenClientSecret", "authTokenClientSecretFrom", *TOKEN_TEXTS),
)
SPECIAL = re.compile('[<>"]')


TEMPLATES = re.compile(
    r"[$#]\{[^{}]*\}|\{\{[^{}]*\}\}|\$\([^()]*\)|"  # ${x}, #{x}, {{x}}, $(x)
    r"(?<!\S)\$[A-Z_][A-Z0-9_]*(?!\S)|__[A-Z0-9_]+__|"  # $X, __X__
    r"(?<!\s)<[^<>@]+>(?!\s)"  # <x>, but not "Acme <EU>", which is a name
)
IN_A_TEXT, IN_A_URL = re.compile(r"%[A-Za-z_]\w*%"), re.compile(r"\{[^{}]*\}")
"""%x% may be escapes in a URL, and {x} is a name elsewhere."""


def _has_template(text: str) -> bool:
    other = IN_A_URL if "://" in text else IN_A_TEXT
    return bool(TEMPLATES.search(text) or other.search(text))


def _has_blank(tenant_id: str) -> bool:
    is_blank = tenant_id != tenant_id.strip() or not tenant_id.isprintable()
    return is_blank and not _has_template(tenant_id)


def is_template(text: str) -> bool:
    """Tell whether a text as a whole is a template that was never filled in."""
    return bool(TEMPLATES.fullmatch(text) or IN_A_TEXT.fullmatch(text))


NULL_SENDER = "<>"
UNUSUAL_ADDRESS = re.compile(r'\A"|\]\Z')


def _is_too_long(text: str, platform: str) -> bool:
    limit = mailer_of(platform).max_length
    return limit is not None and len(text) > limit


def _limit(_: str, platform: str) -> Mapping[str, str]:
    return {"limit": str(mailer_of(platform).max_length)}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold().rstrip(".")


def _are_unaligned(envelope_from: str, from_: str) -> bool:
    if envelope_from == NULL_SENDER:
        return False
    shorter, longer = sorted([_domain(envelope_from), _domain(from_)], key=len)
    return bool(envelope_from and from_) and not f".{longer}".endswith(f".{shorter}")


def rfc(number: int, section: str) -> str:
    """Return a link to a section of an RFC."""
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return f"[RFC {number}, section {section}]({url})"


RULES = (
    Rule(
        code="E101",
        title="starttls together with ssl",
        on=("starttls",),
        reads=("ssl", "platform"),
        matches=lambda starttls, ssl, platform: (
            starttls and ssl and not mailer_of(platform).has_ssl_before_starttls
        ),
        why="cannot be combined with ssl, which encrypts the connection from the start",
        remedy="turn one of them off",
        source=rfc(3207, "4.2"),
        bad_example={"port": 465, "ssl": True, "starttls": True},
        good_example={"port": 465, "ssl": True, "starttls": False},
    ),
    Rule(
        code="E102",
        title="Port out of range",
        on=("port",),
        matches=lambda port: port not in PORTS,
        why=f"must be from 1 to {MAX_PORT}",
        remedy="use the port that the SMTP server listens on",
        source=rfc(6335, "6"),
        bad_example={"port": 587587},
        good_example={"port": 587},
    ),
    Rule(
        code="E201",
        title="User without a password",
        on=("password",),
        reads=("user", "passwordFrom", *TOKEN_SET),
        matches=_is_missing_password,
        why="is missing, but a user is set",
        remedy="set both or neither; on Keycloak a login by token needs no password",
        source=rfc(4616, "2"),
        bad_example={"user": "acme"},
        good_example=LOGIN,
    ),
    Rule(
        code="E202",
        title="Password without a user",
        on=("user",),
        reads=("password", "passwordFrom"),
        matches=_is_missing_user,
        why="is missing, but a password is set",
        remedy="set both or neither",
        source=rfc(4616, "2"),
        bad_example={"password": "n0t-a-w0rd"},
        good_example=LOGIN,
    ),
    Rule(
        code="E203",
        title="Masked password",
        on=("password", "authTokenClientSecret"),
        matches=lambda password: bool(password) and not password.strip("*"),
        why="is all asterisks, the mask that platforms show instead of a password",
        remedy="use the real password",
        source="[Keycloak's `SECRET_VALUE`](https://www.keycloak.org/docs-api/latest/javadocs/org/"
        "keycloak/representations/idm/ComponentRepresentation.html)",
        bad_example={"user": "acme", "password": "**********"},
        good_example=LOGIN,
    ),
    Rule(
        code="E204",
        title="Unfilled template as password",
        on=("password", "authTokenClientSecret"),
        matches=_is_template,
        why="is a template placeholder that was never filled in",
        remedy="use the real password, or a reference to Keycloak's vault",
        source="[Keycloak's vault](https://www.keycloak.org/server/vault)",
        bad_example={"user": "acme", "password": "${SMTP_PASSWORD}"},
        good_example={"user": "acme", "password": "${vault.smtp}"},
        is_accepted=True,
    ),
    Rule(
        code="E205",
        title="Half a login by token",
        on=("authTokenUrl", "authTokenClientId"),
        reads=TOKEN_SET,
        matches=lambda own, *token_set: not own and any(token_set),
        why="is missing, but another setting of a login by token is set",
        remedy="set the URL, the client's id and its secret, or none of them",
        source=KEYCLOAKS_EMAIL,
        bad_example=TOKEN | {"authTokenUrl": ""},
        good_example=TOKEN,
    ),
    Rule(
        code="E206",
        title="Login by token without a client secret",
        on=("authTokenClientSecret",),
        reads=TOKEN_SET,
        matches=lambda own, *token_set: not own and not token_set[3] and any(token_set),
        why="is missing, but another setting of a login by token is set",
        remedy="set it or its reference, and the URL and the client's id",
        source=KEYCLOAKS_EMAIL,
        bad_example=TOKEN | {"authTokenClientSecret": ""},
        good_example=TOKEN,
    ),
    Rule(
        code="E207",
        title="Login by token without a user",
        on=("user",),
        reads=("password", "passwordFrom", *TOKEN_SET),
        matches=lambda user, password, reference, *token_set: (
            not user and not password and not reference and any(token_set)
        ),
        why="is missing, but a login by token is set",
        remedy="set it to the mailbox that the token is for",
        source=KEYCLOAKS_EMAIL,
        bad_example=TOKEN | {"user": ""},
        good_example=TOKEN,
    ),
    Rule(
        code="E208",
        title="Password beside a login by token",
        on=("password",),
        reads=("passwordFrom", *TOKEN_SET),
        matches=lambda password, reference, *token_set: (
            (bool(password) or bool(reference)) and any(token_set)
        ),
        why="is not used by a login by token",
        remedy="remove the password, or the settings whose names begin with auth_token",
        source=KEYCLOAKS_EMAIL,
        bad_example=TOKEN | {"password": "n0t-a-w0rd"},
        good_example=TOKEN,
    ),
    Rule(
        code="E301",
        title="URL as host",
        on=("host",),
        matches=_has(URL),
        why="is a URL or has a path",
        remedy="use the server's name, without scheme or path",
        source=rfc(1123, "2"),
        bad_example={"host": "smtp://mail.acme.example"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E302",
        title="Host with a port",
        on=("host",),
        matches=_has(PORT),
        why="includes a port",
        remedy="use the server's name, and set port to the number",
        source=rfc(1123, "2"),
        bad_example={"host": "mail.acme.example:587"},
        good_example={"host": "mail.acme.example", "port": 587},
    ),
    Rule(
        code="E303",
        title="Email address as host",
        on=("host",),
        matches=_has(EMAIL),
        why="is an email address",
        remedy="use the SMTP server's name",
        source=rfc(1123, "2"),
        bad_example={"host": "no-reply@acme.example"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E304",
        title="Host with a space",
        on=("host",),
        matches=_has(SPACE),
        why="contains a space",
        remedy="use one name, without spaces",
        source=rfc(1123, "2"),
        bad_example={"host": "mail.acme.example "},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E305",
        title="Unfilled template in host",
        on=("host",),
        matches=_has(TEMPLATE),
        why="contains a template placeholder that was never filled in",
        remedy="use the SMTP server's name",
        source=rfc(1123, "2"),
        bad_example={"host": "${SMTP_HOST}"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E306",
        title="Host that can never be found",
        on=("host",),
        matches=_has(UNRESOLVABLE),
        why="is neither a name that DNS can contain nor an IP address",
        remedy="use the SMTP server's name, or its address in decimal or in IPv6's form",
        source=rfc(1035, "2.3.4"),
        bad_example={"host": "mail..acme.example"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E307",
        title="Host that a server takes for another name",
        on=("host",),
        matches=_has(FOLDED),
        why="contains characters that are dropped or replaced before the name is looked up, such "
        "as zero-width or full-width ones or a sharp s",
        remedy="type the name anew, or write it in punycode (xn--...)",
        source=rfc(3491, "3"),
        bad_example={"host": "ma\u00adil.acme.example"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="E401",
        title="Control character",
        on=TEXTS,
        matches=lambda text: CONTROL.search(text) is not None,
        why="contains a line break or other control character",
        remedy="remove it (files often end in a line break)",
        source=rfc(5322, "2.2"),
        bad_example={"fromDisplayName": "Acme\nBcc: all@acme.example"},
        good_example={"fromDisplayName": "Acme"},
    ),
    Rule(
        code="E402",
        title="Unfilled template in a text",
        on=(
            *("tenantId", *ADDRESSES, "user", *NAMES, *TOKEN_TEXTS),
            *("passwordFrom", "authTokenClientSecretFrom", "credentials", "verifyRecipient"),
        ),
        matches=_has_template,
        why="contains a template placeholder that was never filled in",
        remedy="use the real value; where the braces are meant, silence this code, because "
        "platforms take them",
        source="[Keycloak's vault](https://www.keycloak.org/server/vault), which is for passwords",
        bad_example={"fromDisplayName": "${MAIL_NAME}"},
        good_example={"fromDisplayName": "Acme"},
        is_accepted=True,
    ),
    Rule(
        code="E403",
        title="Value that is longer than Keycloak stores",
        on=(
            *("host", *ADDRESSES, "user", "password", *NAMES),
            "authTokenClientSecret",
            *TOKEN_TEXTS,
        ),
        reads=("platform",),
        matches=_is_too_long,
        why="has more than the {limit} characters that Keycloak stores",
        remedy="shorten it",
        source="[the column REALM_SMTP_CONFIG.VALUE](https://github.com/keycloak/keycloak/blob/main/"
        "model/jpa/src/main/resources/META-INF/jpa-changelog-1.0.0.Final.xml) of its database",
        bad_example={"platform": "keycloak", "fromDisplayName": "Acme " * 52},
        good_example={"platform": "keycloak", "fromDisplayName": "Acme"},
        fields=_limit,
    ),
    Rule(
        code="E404",
        title="Null sender on a platform that does not document it",
        on=("envelopeFrom",),
        reads=("platform",),
        matches=lambda address, platform: (
            address == NULL_SENDER and mailer_of(platform).sends_from_nobody is False
        ),
        why="is the null sender, which this platform does not document",
        remedy="use an address for bounces, or leave it out",
        source=rfc(5321, "4.5.5"),
        bad_example={"platform": "shift", "envelopeFrom": NULL_SENDER},
        good_example={"platform": "shift", "envelopeFrom": "bounces@acme.example"},
    ),
    Rule(
        code="E405",
        title="Local part beyond ASCII without allow_utf8",
        on=ADDRESSES,
        reads=("platform", "allowUtf8"),
        matches=lambda address, platform, allow_utf8: (
            mailer_of(platform).needs_allow_utf8
            and not allow_utf8
            and not address.rpartition("@")[0].isascii()
        ),
        why="has letters beyond ASCII before the @, which Keycloak sends with allowUtf8 alone",
        remedy="turn on allowUtf8 (Keycloak 26.3.3 or newer), or use an ASCII address",
        source=rfc(6531, "3.2"),
        bad_example={"platform": "keycloak", "replyTo": "grüße@acme.example"},
        good_example={"platform": "keycloak", "replyTo": "grüße@acme.example", "allowUtf8": True},
    ),
    Rule(
        code="E406",
        title="Blank in a tenant",
        on=("tenantId",),
        matches=_has_blank,
        why="begins or ends with a blank, or contains an invisible character",
        remedy="remove it; where the tenant is really called so, silence this code",
        source="[Keycloak's realms](https://www.keycloak.org/docs/latest/server_admin/"
        "#proc-creating-a-realm_server_administration_guide), whose names are case-sensitive "
        "and compared as they are",
        bad_example={"platform": "shift", "tenantId": " acme"},
        good_example={"platform": "shift", "tenantId": "acme"},
        is_accepted=True,
    ),
    Rule(
        code="W101",
        title="Implicit TLS port without ssl",
        on=("port",),
        reads=("ssl",),
        matches=lambda port, ssl: port == SMTPS and not ssl,
        why="is for implicit TLS, but ssl is off",
        remedy="turn on ssl and turn off starttls, or use port 587 with starttls",
        source=rfc(8314, "3.3"),
        bad_example={"port": 465},
        good_example={"port": 465, "ssl": True, "starttls": False},
    ),
    Rule(
        code="W102",
        title="STARTTLS port with ssl",
        on=("port",),
        reads=("ssl",),
        matches=lambda port, ssl: port in (SMTP, SUBMISSION) and ssl,
        why="is for connections that start without TLS, but ssl is on",
        remedy="turn off ssl and turn on starttls, or use port 465",
        source=rfc(8314, "3.3"),
        bad_example={"ssl": True, "starttls": False},
        good_example={"ssl": False, "starttls": True},
    ),
    Rule(
        code="W103",
        title="Unusual SMTP port",
        on=("port",),
        matches=lambda port: port in PORTS and port not in KNOWN_PORTS,
        why="is not a port that mail servers usually listen on",
        remedy=f"check the number (common ports are {', '.join(map(str, KNOWN_PORTS))})",
        source="[IANA's registry](https://www.iana.org/assignments/service-names-port-numbers) "
        "and the [services](#services) below",
        bad_example={"port": 857},
        good_example={"port": 587},
    ),
    Rule(
        code="W104",
        title="Port or TLS mode that the mail service does not document",
        on=("port",),
        reads=("host", "ssl", "starttls"),
        matches=_is_undocumented,
        why="is not documented by {service} for this TLS mode",
        remedy="use {offer}",
        source="the documentation of the [services](#services) below",
        bad_example={"host": "smtp.gmail.com", "port": 2525},
        good_example={"host": "smtp.gmail.com", "port": 587},
        fields=_service_fields,
    ),
    Rule(
        code="W105",
        title="starttls together with ssl on Keycloak",
        on=("starttls",),
        reads=("ssl", "platform"),
        matches=lambda starttls, ssl, platform: (
            starttls and ssl and mailer_of(platform).has_ssl_before_starttls
        ),
        why="has no effect, because ssl encrypts the connection from the start",
        remedy="turn one of them off",
        source=rfc(3207, "4.2"),
        bad_example={"platform": "keycloak", "port": 465, "ssl": True, "starttls": True},
        good_example={"platform": "keycloak", "port": 465, "ssl": True, "starttls": False},
    ),
    Rule(
        code="W106",
        title="Log of the SMTP session",
        on=("debug",),
        matches=lambda debug: debug is True,
        why="is on, so the platform's log may contain passwords, tokens and addresses",
        remedy="turn it off when the search for a fault is over",
        source=KEYCLOAKS_EMAIL,
        bad_example={"platform": "keycloak", "debug": True},
        good_example={"platform": "keycloak", "debug": False},
    ),
    Rule(
        code="W201",
        title="Placeholder password",
        on=("password", "authTokenClientSecret"),
        matches=lambda password: (
            _is_placeholder(password, PLACEHOLDERS) and not _is_template(password)
        ),
        why="looks like a placeholder",
        remedy="use the real password",
        source="[CWE-1392](https://cwe.mitre.org/data/definitions/1392.html)",
        bad_example={"user": "acme", "password": "change-me"},
        good_example=LOGIN,
    ),
    Rule(
        code="W202",
        title="Login without TLS",
        on=("starttls",),
        reads=("ssl", "user"),
        matches=lambda starttls, ssl, user: bool(user) and not starttls and not ssl,
        why="is off and so is ssl, so the user and password are sent unencrypted",
        remedy="turn on starttls, or use ssl with port 465",
        source=rfc(8314, "3"),
        bad_example=LOGIN | {"starttls": False},
        good_example=LOGIN | {"starttls": True},
    ),
    Rule(
        code="W203",
        title="Blank at an end of the login",
        on=("user", "password", "authTokenClientId", "authTokenClientSecret", "authTokenScope"),
        matches=_has_blank_ends,
        why="begins or ends with a blank, which is sent as part of it",
        remedy="remove the blank",
        source=rfc(4616, "2"),
        bad_example={"user": "acme ", "password": "n0t-a-w0rd"},
        good_example=LOGIN,
    ),
    Rule(
        code="W204",
        title="Password login at a service that ends it",
        on=("password",),
        reads=("host", "passwordFrom"),
        matches=_is_ending,
        why="is for password logins, and {service} {when}",
        remedy="{instead}",
        source="the announcements of the [services](#services) below",
        bad_example=LOGIN | {"host": "smtp.office365.com"},
        good_example=TOKEN | {"host": "smtp.office365.com"},
        fields=_end_fields,
    ),
    Rule(
        code="W205",
        title="Login by token at a service that has none",
        on=("authTokenUrl",),
        reads=("host",),
        matches=_has_no_token_login,
        why="is for a login by token, and {service} documents none with a client's id and secret",
        remedy="use the login that its documentation names",
        source="the documentation of the [services](#services) below, and for Gmail "
        "[Keycloak's issue 39610](https://github.com/keycloak/keycloak/issues/39610)",
        bad_example=TOKEN | {"host": "smtp.sendgrid.net"},
        good_example=TOKEN | {"host": "smtp.office365.com"},
        fields=lambda _, host: _service_fields(0, host),
    ),
    Rule(
        code="W206",
        title="Verification that sends a mail",
        on=("verify",),
        matches=lambda verify: verify == "platform",
        why="has each change tried by a real mail to the address of the token's user",
        remedy="silence this warning where that mailbox is meant for it",
        source="[Keycloak's Admin API](https://www.keycloak.org/docs-api/latest/rest-api/)",
        bad_example={"platform": "keycloak", "verify": "platform"},
        good_example={"platform": "keycloak", "verify": "require"},
    ),
    Rule(
        code="W301",
        title="Placeholder host",
        on=("host",),
        matches=_is_host_placeholder,
        why="looks like a placeholder or ends in .invalid",
        remedy="use the SMTP server's name",
        source=rfc(2606, "2"),
        bad_example={"host": "your-smtp-server"},
        good_example={"host": "mail.acme.example"},
    ),
    Rule(
        code="W401",
        title="Display name that needs encoding",
        on=NAMES,
        reads=("platform",),
        matches=lambda name, platform: (
            not name.isascii() and mailer_of(platform).encodes_names is False
        ),
        why="is not plain ASCII, and this platform does not document how it encodes it",
        remedy="send a test mail and silence this warning if it looks right, or use ASCII",
        source=rfc(2047, "5"),
        bad_example={"platform": "shift", "fromDisplayName": "Müller & Söhne"},
        good_example={"platform": "shift", "fromDisplayName": "Mueller & Soehne"},
    ),
    Rule(
        code="W402",
        title="Display name with angle brackets or quotation marks",
        on=NAMES,
        matches=lambda name: SPECIAL.search(name) is not None,
        why="contains angle brackets or quotation marks, which are special in mail headers",
        remedy="use only the name, because the address has its own setting",
        source=rfc(5322, "3.4"),
        bad_example={
            "replyTo": "help@acme.example",
            "replyToDisplayName": "Help <help@acme.example>",
        },
        good_example={"replyTo": "help@acme.example", "replyToDisplayName": "Help"},
    ),
    Rule(
        code="W403",
        title="from and envelopeFrom in different domains",
        on=("envelopeFrom",),
        reads=("from",),
        matches=_are_unaligned,
        why="is in a different domain than from, so SPF does not count for DMARC",
        remedy="use the domain of from, or a parent or subdomain of it",
        source=rfc(7489, "3.1.2"),
        bad_example={"envelopeFrom": "bounces@mailer.example"},
        good_example={"envelopeFrom": "bounces@mail.acme.example"},
    ),
    Rule(
        code="W404",
        title="Address in a form that the platform does not document",
        on=ADDRESSES,
        reads=("platform",),
        matches=lambda address, platform: (
            UNUSUAL_ADDRESS.search(address) is not None
            and mailer_of(platform).sends_any_address is False
        ),
        why="has quotation marks or an IP address, and this platform does not document either",
        remedy="send a test mail and silence this warning if it arrives, or use another address",
        source=rfc(5321, "4.1.2"),
        bad_example={"platform": "shift", "replyTo": "help@[192.0.2.25]"},
        good_example={"platform": "shift", "replyTo": "help@acme.example"},
    ),
)
