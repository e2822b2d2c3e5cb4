"""A request as it arrived, an answer as it leaves, and the refusal that carries one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it arrived, one that was refused or met a fault too."""

    method: str
    """The HTTP method, such as `POST`."""
    target: str
    """Path and query as they were sent, percent-encoding kept."""
    headers: tuple[tuple[str, str], ...]
    """In the order of arrival, names in lower case."""
    body: bytes
    """The whole body, as it was sent."""

    @property
    def path(self) -> str:
        """The target without its query, percent-encoding kept."""
        return self.target.partition("?")[0]

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty without one."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def header(self, name: str) -> str | None:
        """The first value of the header, whose name may be in any case; None without one."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self) -> Any:
        """The body as JSON; raises ValueError when it is none."""
        return json.loads(self.body)

    def form(self) -> list[tuple[str, str]]:
        """The fields of the body as an HTML form's, in order; none in a body that is no form."""
        return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)


@dataclass(frozen=True)
class Answer:
    """A status, a body, and the headers beside Content-Length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, content: object, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer whose body is the content as JSON."""
    body = json.dumps(content).encode()
    return Answer(status, body, {"content-type": "application/json", **(headers or {})})


class RefusedError(Exception):
    """A request that the platform does not carry out, with its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def keycloak(status: HTTPStatus, **headers: str) -> Answer:
    """What Keycloak answers to a request that reaches no endpoint's own code."""
    return json_answer(status, {"error": f"HTTP {status.value} {status.phrase}"}, headers)


def not_allowed(method: str) -> Answer:
    """What an endpoint answers to any method but its own."""
    return keycloak(HTTPStatus.METHOD_NOT_ALLOWED, allow=method)


NO_ENDPOINT = keycloak(HTTPStatus.NOT_FOUND)
NO_BASE = json_answer(
    HTTPStatus.NOT_FOUND, {"error": "Unable to find matching target resource method"}
)
