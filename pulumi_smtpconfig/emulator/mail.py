"""The documented mail endpoints: what they store of a request, and what they answer."""

import json
from http import HTTPStatus

from .answers import RefusedError, keycloak
from .messages import Answer, ReceivedRequest, json_answer


def _mail(status: int, word: str, message: str) -> Answer:
    return json_answer(status, {"message": message, "status": word, "subSystem": 8})


UPDATED = _mail(200, "OK", "Successfully updated SMTP Details")
INCOMPLETE = _mail(400, "BAD_REQUEST", "Host and From is mandatory to update Email Configuration.")
NOT_JSON = json_answer(400, {"error": "unknown_error"})
NOT_JSON_TYPE = keycloak(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
UNAUTHORIZED = keycloak(HTTPStatus.UNAUTHORIZED)
NO_REALM = json_answer(404, {"error": "Realm not found."})


def settings_in(request: ReceivedRequest) -> dict[str, str]:
    """What the request sets, as the map of strings that the platform stores.

    Raises:
        RefusedError: the body is not a JSON object of plain values, or does not say that it is.
    """
    if request.media_type != "application/json":
        raise RefusedError(NOT_JSON_TYPE)
    try:
        return _strings(request.json())
    except ValueError:
        raise RefusedError(NOT_JSON) from None


def complete_settings_in(request: ReceivedRequest) -> dict[str, str]:
    """What the request sets; raises RefusedError without a host or a from too."""
    settings = settings_in(request)
    if not (settings.get("host") and settings.get("from")):
        raise RefusedError(INCOMPLETE)
    return settings


def _strings(body: object) -> dict[str, str]:
    if not isinstance(body, dict) or any(isinstance(x, dict | list) for x in body.values()):
        raise ValueError("not an object of plain values")
    given = {name: value for name, value in body.items() if value is not None}
    return {name: x if isinstance(x, str) else json.dumps(x) for name, x in given.items()}
