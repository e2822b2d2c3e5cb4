"""Answers in the platform's own words, and the refusal that carries one."""

from http import HTTPStatus

from .messages import Answer, json_answer


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
