"""Rules on user and password."""

from __future__ import annotations

from pulumi_smtpconfig.lint_rule import Rule, Settings, rfc

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
