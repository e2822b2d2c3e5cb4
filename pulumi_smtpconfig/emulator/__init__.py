"""The platform's mail, token and admin endpoints as a real https server, for demos and tests.

It shares no code with the provider, so it is an independent witness of what was sent:

    >>> import http.client, json, ssl
    >>> from pulumi_smtpconfig.emulator import Emulator
    >>> with Emulator() as emulator:
    ...     context = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    ...     connection = http.client.HTTPSConnection(emulator.address, context=context)
    ...     connection.request(
    ...         "POST",
    ...         "/auth/realms/acme/mail/setup",
    ...         json.dumps({"host": "smtp.acme.example", "from": "mail@acme.example"}),
    ...         {"Authorization": f"Bearer {emulator.token}", "Content-Type": "application/json"},
    ...     )
    ...     connection.getresponse().status
    ...     connection.close()
    ...     emulator.tenants["acme"]["host"]
    200
    'smtp.acme.example'

The admin API reads a realm, so you can try drift: change `tenants` behind the provider's back.

    >>> with Emulator(token="t") as emulator:
    ...     emulator.tenants["acme"] = {"host": "other.example", "password": "secret"}
    ...     context = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    ...     connection = http.client.HTTPSConnection(emulator.address, context=context)
    ...     connection.request(
    ...         "GET", "/auth/admin/realms/acme", headers={"Authorization": "Bearer t"}
    ...     )
    ...     json.load(connection.getresponse())["smtpServer"]
    ...     connection.close()
    {'host': 'other.example', 'password': '**********'}

`python -m pulumi_smtpconfig.emulator` runs it in a terminal.
"""

from .application import Fault
from .emulator import Emulator
from .journal import Event
from .listener import ListenError
from .messages import ReceivedRequest
from .state_folder import StateFolderError

__all__ = ["Emulator", "Event", "Fault", "ListenError", "ReceivedRequest", "StateFolderError"]
