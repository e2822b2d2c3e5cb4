"""The platform's mail endpoints as a real https server on this machine, for demos and for tests.

It knows the documented endpoints and nothing of the provider, so it can witness what was sent:

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

`python -m pulumi_smtpconfig.emulator` runs it in a terminal.
"""

from .emulator import Emulator
from .faults import Fault
from .listener import ListenError
from .messages import ReceivedRequest

__all__ = ["Emulator", "Fault", "ListenError", "ReceivedRequest"]
