"""A mail server for tests of programs that declare mail settings.

With pytest, take the fixtures `smtp_platform`, `smtp_server` and `smtp_environment`, which the
extra `testing` installs. `SmtpServer` is the type of the second, and works anywhere:

    >>> import smtplib, ssl
    >>> from pulumi_smtpconfig.testing import SmtpServer
    >>> with SmtpServer() as server:
    ...     server.users["acme"] = "correct horse"
    ...     with smtplib.SMTP(server.host, server.port) as client:
    ...         _ = client.starttls(context=ssl.create_default_context(cafile=server.ca_bundle))
    ...         _ = client.login("acme", "correct horse")
    ...         _ = client.sendmail("mail@acme.example", "help@acme.example", "Subject: Hello")
    ...     server.sessions[0].logins
    ...     server.messages[0].sender
    [ReceivedLogin(user='acme', mechanism='PLAIN', accepted=True)]
    'mail@acme.example'
"""

from .received import ReceivedLogin, ReceivedMessage, ReceivedSession
from .smtp_server import SmtpServer

__all__ = ["ReceivedLogin", "ReceivedMessage", "ReceivedSession", "SmtpServer"]
