"""Configurations that mail services document, each with its page.

`READ` marks pages that were read in November 2026, live or as a stored copy; `CITED` ones were not.
"""

from __future__ import annotations

from typing import NamedTuple

READ, CITED = True, False
SSL, STARTTLS, PLAIN = "ssl", "starttls", "plain"


class Sample(NamedTuple):
    """A documented configuration."""

    host: str
    port: int
    tls: str
    user: str
    page: str
    was_read: bool

    @property
    def properties(self) -> dict[str, object]:
        """The properties for a program, with the tenant's own values for the rest."""
        own = {"from": "no-reply@acme.example", "fromDisplayName": "Acme"}
        server = {"host": self.host, "port": self.port}
        tls = {"ssl": self.tls == SSL, "starttls": self.tls == STARTTLS}
        login = {"user": self.user, "password": "hq7k wz2m-Lr9/Td+a=="} if self.user else {}
        return {**own, **server, **tls, **login}


GMAIL = "developers.google.com/gmail/imap/imap-smtp"
RELAY = "support.google.com/a/answer/2956491"
M365 = "technet.microsoft.com/en-us/library/dn592151(v=exchg.150).aspx"
SES = "docs.aws.amazon.com/ses/latest/dg/smtp-connect.html"
SENDGRID = "www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api"
MAILGUN = "documentation.mailgun.com/docs/mailgun/user-manual/sending-messages"
POSTMARK = "postmarkapp.com/support/article/common-smtp-connection-errors"
BREVO = "developers.brevo.com/docs/smtp-integration"
MANDRILL = "mailchimp.com/developer/transactional/docs/smtp-integration"
SPARKPOST = "developers.sparkpost.com/api/smtp"
SCALEWAY = "developers.scaleway.com/en/products/transactional_email/api/"
RESEND = "resend.com/docs/send-with-smtp"
INFOMANIAK = "www.infomaniak.com/en/support/faq/468/ports-to-use-for-messaging"
MAILBOX = "kb.mailbox.org/en/business/e-mail/e-mail-configuration/"
ELASTIC = "help.elasticemail.com/en/articles/4803409-smtp-settings"
SMTPETER = "smtpeter.com/en/documentation/smtp-ports"
FASTMAIL = "www.fastmail.com/help/technical/servernamesandports.html"
AZURE = (
    "learn.microsoft.com/en-us/azure/communication-services/quickstarts/email/send-email-smtp/"
    "send-email-smtp"
)
ORACLE = "docs.oracle.com/en-us/iaas/Content/Email/Tasks/configuresmtpconnection.htm"
POSTFIX = "www.postfix.org/STANDARD_CONFIGURATION_README.html"
ME, KEY = "mailer@acme.example", "AKIAIOSFODNN7EXAMPLE"
AZURE_USER = "acme|6f9619ff-8b86-d011-b42d-00c04fc964ff|72f988bf-86f1-41af-91ab-2d7cd011db47"

CORPUS = (
    Sample("smtp.gmail.com", 587, STARTTLS, ME, GMAIL, READ),
    Sample("smtp.gmail.com", 465, SSL, ME, GMAIL, READ),
    Sample("smtp-relay.gmail.com", 587, STARTTLS, ME, RELAY, READ),
    Sample("smtp-relay.gmail.com", 25, PLAIN, "", RELAY, READ),
    Sample("smtp.office365.com", 587, STARTTLS, ME, M365, READ),
    Sample("smtp.office365.com", 25, STARTTLS, ME, M365, READ),
    Sample("acme-example.mail.protection.outlook.com", 25, PLAIN, "", M365, READ),
    Sample("acme-example.mail.protection.outlook.com", 25, STARTTLS, "", M365, READ),
    Sample("email-smtp.eu-central-1.amazonaws.com", 587, STARTTLS, KEY, SES, READ),
    Sample("email-smtp.us-east-1.amazonaws.com", 25, STARTTLS, KEY, SES, READ),
    Sample("email-smtp.ap-southeast-2.amazonaws.com", 2587, STARTTLS, KEY, SES, READ),
    Sample("email-smtp.eu-west-1.amazonaws.com", 465, SSL, KEY, SES, READ),
    Sample("email-smtp-fips.us-gov-west-1.amazonaws.com", 2465, SSL, KEY, SES, READ),
    Sample("smtp.sendgrid.net", 587, STARTTLS, "apikey", SENDGRID, READ),
    Sample("smtp.sendgrid.net", 2525, STARTTLS, "apikey", SENDGRID, READ),
    Sample("smtp.sendgrid.net", 465, SSL, "apikey", SENDGRID, READ),
    Sample("smtp.mailgun.org", 587, STARTTLS, "postmaster@mg.acme.example", MAILGUN, READ),
    Sample("smtp.eu.mailgun.org", 465, SSL, "postmaster@mg.acme.example", MAILGUN, READ),
    Sample("smtp.mailgun.org", 2525, STARTTLS, "postmaster@mg.acme.example", MAILGUN, READ),
    Sample("smtp.postmarkapp.com", 587, STARTTLS, "0b5a6a0c-5f0e", POSTMARK, READ),
    Sample("smtp.postmarkapp.com", 2525, STARTTLS, "0b5a6a0c-5f0e", POSTMARK, READ),
    Sample("smtp-relay.brevo.com", 587, STARTTLS, ME, BREVO, READ),
    Sample("smtp-relay.brevo.com", 465, SSL, ME, BREVO, READ),
    Sample("smtp.mandrillapp.com", 587, STARTTLS, ME, MANDRILL, READ),
    Sample("smtp.mandrillapp.com", 465, SSL, ME, MANDRILL, READ),
    Sample("smtp.sparkpostmail.com", 587, STARTTLS, "SMTP_Injection", SPARKPOST, READ),
    Sample("smtp.eu.sparkpostmail.com", 2525, STARTTLS, "SMTP_Injection", SPARKPOST, READ),
    Sample("smtp.tem.scw.cloud", 2465, SSL, "6170692e-7363", SCALEWAY, READ),
    Sample("smtp.tem.scw.cloud", 587, STARTTLS, "6170692e-7363", SCALEWAY, READ),
    Sample("smtp.resend.com", 465, SSL, "resend", RESEND, READ),
    Sample("smtp.resend.com", 2587, STARTTLS, "resend", RESEND, READ),
    Sample("mail.infomaniak.com", 587, STARTTLS, ME, INFOMANIAK, READ),
    Sample("mail.infomaniak.com", 465, SSL, ME, INFOMANIAK, READ),
    Sample("smtp.mailbox.org", 465, SSL, ME, MAILBOX, READ),
    Sample("smtp.mailbox.org", 587, STARTTLS, ME, MAILBOX, READ),
    Sample("smtp.elasticemail.com", 2525, STARTTLS, ME, ELASTIC, READ),
    Sample("mail.smtpeter.com", 587, STARTTLS, ME, SMTPETER, READ),
    Sample("smtp.fastmail.com", 465, SSL, ME, FASTMAIL, READ),
    Sample("live.smtp.mailtrap.io", 587, STARTTLS, "api", "mailtrap.io/smtp-service/", READ),
    Sample("in-v3.mailjet.com", 587, STARTTLS, KEY, "dev.mailjet.com/smtp-relay/", CITED),
    Sample("smtp.zoho.eu", 465, SSL, ME, "www.zoho.com/mail/help/zoho-smtp.html", CITED),
    Sample("smtp.mail.me.com", 587, STARTTLS, ME, "support.apple.com/en-us/102525", CITED),
    Sample("smtp.mail.yahoo.com", 465, SSL, ME, "help.yahoo.com/kb/SLN4075.html", CITED),
    Sample("mail.gmx.net", 587, STARTTLS, ME, "hilfe.gmx.net/pop-imap/imap/", CITED),
    Sample("smtp.protonmail.ch", 587, STARTTLS, ME, "proton.me/support/smtp-submission", CITED),
    Sample("smtp.azurecomm.net", 587, STARTTLS, AZURE_USER, AZURE, CITED),
    Sample("smtp.email.eu-frankfurt-1.oci.oraclecloud.com", 587, STARTTLS, KEY, ORACLE, CITED),
    Sample("relay.acme.example", 25, PLAIN, "", POSTFIX, CITED),
    Sample("localhost", 25, PLAIN, "", POSTFIX, CITED),
)
