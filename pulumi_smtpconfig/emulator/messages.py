"""A request as it arrives, a response as it leaves, and the exception that carries one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from .secrecy import Secret, Settings

PUBLIC_FORM_FIELDS = {"grant_type", "client_id", "username", "scope"}


@dataclass(frozen=True, repr=False)
class ReceivedRequest:
    """A request as it arrived, even if it was refused or met a fault.

    Its `repr` leaves out query, headers and body, which may hold secrets. What it parses masks
    itself in `repr`, so a failed assertion on a whole body shows no secret; one on a single text
    does, because pytest compares texts themselves.
    """

    method: str
    """The HTTP method, such as `POST`."""
    target: str
    """Path and query as sent, still percent-encoded."""
    headers: tuple[tuple[str, str], ...]
    """In order of arrival, with names in lower case."""
    body: bytes
    """The whole body, as sent."""

    def __repr__(self) -> str:
        host = self.header("host")
        return f"<ReceivedRequest {self.method} {self.path!r} {host=} {len(self.body)} bytes>"

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty if there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any case; None if there is none."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self) -> Any:
        """Parse the body as JSON; raises ValueError if it is not JSON."""
        return json.loads(self.body, object_hook=Settings, parse_constant=_no_json)

    def form(self) -> list[tuple[str, str]]:
        """Parse the body as an HTML form; return its fields in order, none if it is not a form."""
        fields = parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)
        return [(name, x if name in PUBLIC_FORM_FIELDS else Secret(x)) for name, x in fields]


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def credentials(request: ReceivedRequest, scheme: str) -> str:
    """Return the credentials of the Authorization header; empty if its scheme is another one."""
    given, _, value = (request.header("authorization") or "").partition(" ")
    return value if given.lower() == scheme else ""


@dataclass(frozen=True)
class Response:
    """A status, a body, and the headers besides Content-Length.

    Its `repr` leaves out the body, which may hold a token.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    """What the emulator shows with the request; it is not sent."""


def json_response(
    status: int, content: object, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a response with the content as JSON."""
    body = json.dumps(content).encode()
    # An HTTPStatus is shown as its name by Python 3.10.
    return Response(int(status), body, {"content-type": "application/json", **(headers or {})})


def keycloak_error(status: HTTPStatus, **headers: str) -> Response:
    """Return Keycloak's response to a request that no endpoint's own code handles."""
    return json_response(status, {"error": f"HTTP {status.value} {status.phrase}"}, headers)


class Refused(Exception):
    """The platform refuses the request, with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response
