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
        return {**own, **server, **tls, **self._login}

    @property
    def _login(self) -> dict[str, object]:
        if not self.user:
            return {}
        if self.page == M365:  # by token, as password logins end
            secret = {"authTokenClientSecret": "Qx~8Q.hq7k-wz2m", "authTokenScope": SCOPE}
            return {
                "user": self.user,
                "authTokenUrl": TOKEN_URL,
                "authTokenClientId": "6f96",
                **secret,
            }
        password = "abcd efgh ijkl mnop" if self.page == GMAIL else "hq7k wz2m-Lr9/Td+a=="
        return {"user": self.user, "password": password}


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
MAILSERVER = "docker-mailserver.github.io/docker-mailserver/latest/"
KUBERNETES = "kubernetes.io/docs/concepts/services-networking/dns-pod-service/"
TOKEN_URL = "https://login.microsoftonline.com/72f988bf/oauth2/v2.0/token"
SCOPE = "https://outlook.office365.com/.default"
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
    Sample("ssl0.ovh.net", 465, SSL, ME, "help.ovhcloud.com", CITED),
    Sample("smtp.ionos.de", 465, SSL, ME, "www.ionos.de/hilfe", CITED),
    Sample("smtp.ionos.com", 587, STARTTLS, ME, "www.ionos.com/help", CITED),
    Sample("smtp.strato.de", 465, SSL, ME, "www.strato.de/faq", CITED),
    Sample("mail.gandi.net", 587, STARTTLS, ME, "docs.gandi.net", CITED),
    Sample("mail.your-server.de", 587, STARTTLS, ME, "docs.hetzner.com/konsoleh", CITED),
    Sample("mail.your-server.de", 465, SSL, ME, "docs.hetzner.com/konsoleh", CITED),
    Sample("send.one.com", 465, SSL, ME, "help.one.com", CITED),
    Sample("smtp.hostinger.com", 465, SSL, ME, "support.hostinger.com", CITED),
    Sample("mail.privateemail.com", 587, STARTTLS, ME, "www.namecheap.com/support", CITED),
    Sample("smtp.zeptomail.eu", 587, STARTTLS, "emailapikey", "www.zoho.com/zeptomail", CITED),
    Sample("smtp.mailersend.net", 2525, STARTTLS, ME, "www.mailersend.com/help", CITED),
    Sample("mail.smtp2go.com", 2525, STARTTLS, "acme", "support.smtp2go.com", CITED),
    Sample("smtp.socketlabs.com", 587, STARTTLS, "server12345", "docs.socketlabs.com", CITED),
    Sample("smtp.yandex.com", 465, SSL, ME, "yandex.com/support/mail", CITED),
    Sample("smtpdm.aliyun.com", 465, SSL, ME, "www.alibabacloud.com/help", CITED),
    Sample("smtp.exmail.qq.com", 465, SSL, ME, "service.exmail.qq.com", CITED),
    Sample("posteo.de", 465, SSL, ME, "posteo.de/hilfe", CITED),
    Sample("smtp.web.de", 587, STARTTLS, ME, "hilfe.web.de", CITED),
    Sample("securesmtp.t-online.de", 465, SSL, ME, "www.telekom.de/hilfe", CITED),
    Sample("smtp.migadu.com", 465, SSL, ME, "www.migadu.com/guides", CITED),
    Sample("smtp.mailchannels.net", 2525, STARTTLS, "acme", "www.mailchannels.com", CITED),
    Sample("secure.emailsrvr.com", 465, SSL, ME, "docs.rackspace.com", CITED),
    Sample("smtp.dreamhost.com", 465, SSL, ME, "help.dreamhost.com", CITED),
    Sample("127.0.0.1", 1025, STARTTLS, ME, "proton.me/mail/bridge", CITED),
    Sample("relay.acme.example", 25, PLAIN, "", POSTFIX, CITED),
    Sample("localhost", 25, PLAIN, "", POSTFIX, CITED),
    Sample("192.0.2.25", 25, PLAIN, "", POSTFIX, CITED),
    Sample("[2001:db8::25]", 25, STARTTLS, "", POSTFIX, CITED),
    Sample("mailpit", 1025, PLAIN, "", "mailpit.axllent.org/docs/install/docker/", CITED),
    Sample("mailhog", 1025, PLAIN, "", "github.com/mailhog/MailHog", CITED),
    Sample("maildev", 1025, PLAIN, "", "github.com/maildev/maildev", CITED),
    Sample("smtp4dev", 25, PLAIN, "", "github.com/rnwood/smtp4dev", CITED),
    Sample("host.docker.internal", 1025, PLAIN, "", "docs.docker.com/desktop", CITED),
    Sample("mailserver", 587, STARTTLS, ME, MAILSERVER, CITED),
    Sample("mail-server", 465, SSL, ME, MAILSERVER, CITED),
    Sample("mail_server", 25, PLAIN, "", MAILSERVER, CITED),
    Sample("smtp-server", 587, STARTTLS, ME, "github.com/bokysan/docker-postfix", CITED),
    Sample("mail.postfix.svc.cluster.local", 587, STARTTLS, ME, KUBERNETES, CITED),
    Sample("smtp.mail", 25, PLAIN, "", KUBERNETES, CITED),
    Sample("mailpit.dev.svc.cluster.local.", 1025, PLAIN, "", KUBERNETES, CITED),
    Sample("front", 25, PLAIN, "", "mailu.io", CITED),
    Sample("mail.acme.example", 465, SSL, ME, "docs.mailcow.email", CITED),
    Sample("mail.müller.example", 587, STARTTLS, ME, "www.rfc-editor.org/rfc/rfc5890", CITED),
)
