"""The table of what an audit finds besides lint: 1xx about the settings, 2xx SMTP, 3xx DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulumi_smtpconfig.audit.report import Finding

if TYPE_CHECKING:
    from pulumi_smtpconfig.audit.report import Severity

RFC = "https://www.rfc-editor.org/rfc/rfc"
KEYCLOAK = "https://www.keycloak.org/docs/latest/server_admin/#_email"


class Kind(NamedTuple):
    """A kind of finding.

    Attributes:
        code: "A" and a number, which never changes its meaning.
        title: What it is, as a heading.
        severity: "error" if mail is lost or will be, "warning" if it may be.
        why: What is wrong, as a sentence; braces take texts that hold no secret.
        remedy: What to do, as a sentence.
        source: The URL of the specification or documentation behind it, or empty.
    """

    code: str
    title: str
    severity: Severity
    why: str
    remedy: str
    source: str = ""

    def of(self, subject: str, remedy: str = "", **fields: object) -> Finding:
        """Return a finding of this kind.

        Args:
            subject: A property, a server or a domain.
            remedy: What to do, if it is not what the kind says.
            fields: The texts for the braces.
        """
        why, remedy = self.why.format(**fields), remedy or self.remedy.format(**fields)
        return Finding(self.code, self.severity, subject, why, remedy, self.source)


SEND_AGAIN = "Run `pulumi refresh`, then `pulumi up`, which sends it again."
"""What to do about a secret that is gone from the platform although it is declared."""


def sentence(text: str) -> str:
    """Return a remedy, which begins in lower case, as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


UNREAD = Kind(
    "A101",
    "The settings could not be read",
    "warning",
    "{happened}",
    "{remedy}",
)
SECRET_TENANT = UNREAD._replace(
    why="Its hostname, tenant or credentials are secret in the stack, so it could not be read.",
    remedy="Do not mark hostname, tenant or credentials as secret.",
)
NOT_ON = Kind(
    "A102",
    "The platform's settings are not read",
    "warning",
    "Reading mail settings from {platform} is not enabled, so {known}.",
    "To see what is live, {enable}.",
)
GONE = Kind(
    "A103",
    "The tenant is gone",
    "error",
    "The platform has no such tenant.",
    "Create the tenant, or remove it from what is declared; tenant ids are case-sensitive.",
)
EMPTY = Kind(
    "A104",
    "The tenant has no mail settings",
    "warning",
    "The tenant has no mail settings, so it sends no mail.",
    "Set them, unless the tenant should send no mail.",
    KEYCLOAK,
)
EMPTY_THOUGH_DECLARED = Kind(
    "A105",
    "The declared settings are gone",
    "error",
    "The tenant has no mail settings although they are declared, so it sends no mail.",
    "Run `pulumi refresh`, then `pulumi up`, which sends them again.",
)
DRIFT = Kind(
    "A106",
    "The live settings differ from the declared ones",
    "warning",
    "These live values differ from the declared ones: {names}.",
    "If the live values are right, correct the declaration. Then run `pulumi refresh` and "
    "`pulumi up`, which sends what is declared.",
)
NO_SECRET = Kind(
    "A107",
    "The platform has no password",
    "error",
    "The settings name a user, but the platform has no {secret}.",
    "Set it on the platform.",
    KEYCLOAK,
)
HOLDS_SECRET = Kind(
    "A108",
    "A setting contains a secret",
    "error",
    "The live value of {names} may contain a password or a token, and others can read it.",
    "Correct it on the platform, and change that secret.",
)
DECLARES_SECRET = HOLDS_SECRET._replace(
    why="The declared value of {names} may contain a password or a token, and others can read it.",
    remedy="Correct it where it is declared, and change that secret.",
)
INVALID = Kind(
    "A109",
    "A declared value is invalid",
    "error",
    "The declared value of `{name}` {why}.",
    "Correct it where it is declared.",
)
NOT_LIKE_DECLARED = Kind(
    "A110",
    "A live value is invalid",
    "error",
    "The live value of `{name}` {why}.",
    "Correct it where it is declared, or on the platform.",
)
SESSION_FAILED = Kind(
    "A201",
    "The SMTP server rejects the settings",
    "error",
    "{happened}",
    "{remedy}",
)
CERTIFICATE_ENDS = Kind(
    "A202",
    "The SMTP server's certificate expires soon",
    "warning",
    "The certificate of {server} expires {when}, and no mail is sent without a valid one.",
    "Renew it, or ask whoever runs the server to.",
    f"{RFC}8314",
)
CERTIFICATE_ENDS_NOW = CERTIFICATE_ENDS._replace(
    code="A203", title="The SMTP server's certificate is about to expire", severity="error"
)
NOT_TESTED = Kind(
    "A204",
    "The SMTP settings could not be tested",
    "warning",
    "{happened}",
    "{remedy}",
)
NO_DOMAIN = Kind(
    "A301",
    "The domain does not exist",
    "error",
    "{domain} does not exist in DNS, so receivers refuse mail from it, and replies to it are lost.",
    "Correct the address, or register the domain.",
    f"{RFC}5321#section-5.1",
)
NO_REPLY_DOMAIN = NO_DOMAIN._replace(
    severity="warning", why="{domain} does not exist in DNS, so replies to it are lost."
)
NO_MX = Kind(
    "A302",
    "The domain does not accept mail",
    "warning",
    "{domain} has neither an MX record nor an address, so replies and bounces to it are lost.",
    "Publish an MX record, or use an address of a domain that has one.",
    f"{RFC}5321#section-5.1",
)
NULL_MX = NO_MX._replace(
    why="The MX record of {domain} says that it accepts no mail, so replies to it are lost.",
    source=f"{RFC}7505#section-3",
)
NULL_MX_OF_SENDER = NULL_MX._replace(
    why="The MX record of {domain} says that it accepts no mail, so replies and bounces to it are "
    "lost, and receivers may refuse mail from it.",
    source=f"{RFC}7505#section-4.2",
)
NO_SPF = Kind(
    "A311",
    "The domain has no SPF record",
    "warning",
    "{domain} has no SPF record, which says who may send its mail, so receivers may treat its "
    "mail as forged.",
    "Publish a TXT record such as `{example}`.",
    f"{RFC}7208",
)
BROKEN_SPF = Kind(
    "A312",
    "The SPF record is broken",
    "error",
    "{what}, so receivers ignore SPF or refuse the mail.",
    "Publish exactly one valid record of at most 10 look-ups.",
    f"{RFC}7208#section-4.6.4",
)
SPF_NAMES_OTHERS = Kind(
    "A313",
    "The SPF record does not name the service that sends",
    "warning",
    "The SPF record of {domain} does not name {service}, which sends the mail, so receivers may "
    "treat it as forged.",
    "Add `include:{include}` to it, unless it lists the addresses of {service}.",
    f"{RFC}7208#section-5.2",
)
SPF_NAMES_ALL = Kind(
    "A314",
    "The SPF record allows anyone to send",
    "warning",
    "The SPF record of {domain} ends in `+all`, so anyone may send mail in its name.",
    "End it in `~all` or `-all`.",
    f"{RFC}7208#section-5.1",
)
NO_DMARC = Kind(
    "A321",
    "The domain has no DMARC record",
    "warning",
    "{domain} has no DMARC record, which large mailbox providers require of bulk senders.",
    "Publish a TXT record at _dmarc.{organization} such as `v=DMARC1; p=none; rua=mailto:...`.",
    f"{RFC}7489",
)
BROKEN_DMARC = Kind(
    "A322",
    "The DMARC record is broken",
    "warning",
    "{what}, so receivers act as if there were none.",
    "Publish exactly one record that begins with `v=DMARC1; p=`.",
    f"{RFC}7489#section-6.6.3",
)
NO_ANSWER = Kind(
    "A331",
    "DNS did not answer",
    "warning",
    "The DNS records of {domain} could not be looked up: {happened}.",
    "Run the audit again. If it fails again, ask whoever runs the domain's DNS.",
)

KINDS = tuple(
    {kind.code: kind for kind in reversed([*globals().values()]) if isinstance(kind, Kind)}.values()
)[::-1]
"""All kinds, by their codes."""
