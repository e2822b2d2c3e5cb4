"""Rules on port and TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_smtpconfig.lint_rule import Rule, rfc
from pulumi_smtpconfig.mail_services import PLAIN, SERVICES, SSL, STARTTLS, service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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
