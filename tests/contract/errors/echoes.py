"""Answers that repeat every secret that is planted."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from pulumi_smtpconfig.emulator import Fault
from tests.contract.errors.canaries import FORMS, SECRETS, TOKEN
from tests.contract.errors.failures import NO_TOKEN, REFUSED, error, mail, says
from tests.contract.errors.operations import Failure
from tests.contract.errors.servers import saying

if TYPE_CHECKING:
    from collections.abc import Callable

GZIP = {"content-encoding": "gzip"}


GRANTED = Fault(200, json.dumps({"access_token": TOKEN, "expires_in": 60}), on="token")


def fresh(*faults: Fault) -> Failure:
    """Return the failure to set anything with a granted token that then all have seen."""
    return Failure((GRANTED, REFUSED, *faults), NO_TOKEN)


def grants(status: int, body: str = "", **headers: str) -> Failure:
    """Return the failure to have a second token granted."""
    return fresh(Fault(status, body, headers, on="token"))


def page(text: str) -> str:
    """Return an error page."""
    return f"<html><head><title>Error {text}</title></head>\n<body><p>{text}</p></body></html>"


ECHOES: dict[str, Callable[[str], Failure]] = {
    "400 in the mail endpoint's shape": lambda text: says(400, mail("BAD_REQUEST", text)),
    "400 in Keycloak's shape": lambda text: says(400, error(text)),
    "400 in OAuth2's shape": lambda text: says(400, error("invalid_request", text)),
    "401 to a given token": lambda text: says(401, error(text)),
    "401 to a fresh token too": lambda text: fresh(GRANTED, Fault(401, error(text), on="mail")),
    "403": lambda text: says(403, text),
    "500": lambda text: says(500, text),
    "500 in Latin-1": lambda text: says(500, text.encode("latin-1")),
    "500 in UTF-16": lambda text: says(500, text.encode("utf-16")),
    "502 with a page": lambda text: says(502, page(text)),
    "503 compressed": lambda text: says(503, gzip.compress(page(text).encode()), **GZIP),
    "200 with another status": lambda text: says(200, mail("ERROR", text)),
    "200 with garbage": lambda text: says(200, b"\x00\xff" + text.encode()),
    "no status line": lambda text: Failure(server=saying(text.encode() + b"\r\n\r\n")),
    "no header": lambda text: Failure(
        server=saying(b"HTTP/1.1 400 Bad Request\r\n" + text.encode() + b"\r\n\r\n")
    ),
    "token endpoint: 400": lambda text: grants(400, error("invalid_request", text)),
    "token endpoint: 401": lambda text: grants(401, error("invalid_client", text)),
    "token endpoint: 502 with a page": lambda text: grants(502, page(text)),
}
REDIRECTS: dict[str, Callable[[str], str]] = {
    "host": "https://{}".format,
    "user": "https://a:{}@login.example.com/".format,
    "path": "/{}".format,
    "query": "https://login.example.com/?a={}".format,
}


def echoed(form: str) -> str:
    """Return all secrets, as they are echoed in a form."""
    return " | ".join(map(FORMS[form], SECRETS))
