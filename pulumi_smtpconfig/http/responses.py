"""What a platform's response means (contract: "Answers"), and what to do next."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_smtpconfig.errors import OutcomeUnknown, RealmGone, Refused
from pulumi_smtpconfig.redaction import MESSAGE_KEYS, parse_json, quote_body, quote_host

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

MAX_BODY = 1024 * 1024
"""Bytes of a body that are read; of a larger one, whatever it is, only the beginning is kept."""

REDIRECTS = range(300, 400)
SERVER_ERROR = 500
RETRYABLE = {429, 502, 503, 504}
"""Statuses that may be others a moment later."""

NO_REALM = {"error": "Realm not found."}
"""What the admin API says of a missing realm, but of no wrong path (contract: "Stock Keycloak")."""

AGAIN = "then run `pulumi up` again."
REMEDIES = {
    400: f"correct what the platform names (its log may say more), {AGAIN}",
    403: f"use a token or credentials that may change this tenant's mail settings, {AGAIN}",
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        f"set hostname to the host that answers without a redirect, {AGAIN}",
    ),
    404: f"check platform, hostname and tenantId (case-sensitive), {AGAIN}",
    426: f"have the server, or what stands in front of it, accept HTTP/1.1, {AGAIN}",
    429: f"wait a little, {AGAIN}",
}
CHECK_LOG = f"check the platform's log for this request, {AGAIN}"
NOTHING_CHANGED = "It was interrupted. Nothing was changed on the platform."
RUN_AGAIN = "run the command again."
SEND_AGAIN = (
    "run `pulumi up` again with the same options to send the settings again: the platform may have "
    "the old ones or the new ones.\n"
    "  If it fails again, check hostname and the platform's log.\n"
    "  Reverting the program alone sends nothing. To go back to the old settings, "
    "revert it and run `pulumi up --replace URN` with the URN from `pulumi stack --show-urns`."
)


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        body: The body, decompressed; complete unless it is larger than `MAX_BODY`.
        location: The `Location` header, or an empty string.
        retry_after: Seconds that the server asks to wait (RFC 9110, section 10.2.3), or 0.
        tried: What was tried before this response, for an error message; empty for the first try.
        may_be_applied: Whether an earlier try may have been applied although nothing said so.
    """

    status: int
    body: bytes
    location: str = ""
    retry_after: float = 0.0
    tried: str = ""
    may_be_applied: bool = False

    def __repr__(self) -> str:
        return f"Response({self.status})"

    @property
    def content(self) -> Any:
        """What the body contains as JSON; None if it is not JSON, or larger than `MAX_BODY`."""
        return parse_json(self.body) if len(self.body) <= MAX_BODY else None


def parse_response(
    response: Response,
    secrets: Collection[str],
    remedies: Mapping[int, str],
    *,
    empty: bool = False,
) -> dict[str, Any]:
    """Return the JSON object of a response that says the request was applied.

    Args:
        response: The response.
        secrets: What no error shows.
        remedies: What to do next, by status.
        empty: Whether 204 No Content says so too.

    Raises:
        RealmGone: The platform says that there is no such realm.
        Refused: The platform refused the request.
        OutcomeUnknown: The response does not tell, or an earlier try may have been applied. This
            includes every 5xx, because a gateway that fails may have passed the request on.
    """
    content = response.content
    is_object = isinstance(content, dict)
    is_success = response.status < HTTPStatus.MULTIPLE_CHOICES
    if is_success and is_object and content.get("status", "OK") == "OK":
        return dict(content)
    if empty and response.status == HTTPStatus.NO_CONTENT:
        return {}
    happened = describe("The platform", response, secrets)
    if response.may_be_applied or response.status >= SERVER_ERROR or (is_success and not is_object):
        raise OutcomeUnknown(happened, SEND_AGAIN)
    is_gone = response.status == HTTPStatus.NOT_FOUND and content == NO_REALM
    kind = RealmGone if is_gone else Refused
    raise kind(happened, remedies.get(response.status, CHECK_LOG))


def parse_list(
    response: Response, secrets: Collection[str], remedies: Mapping[int, str]
) -> list[Any]:
    """Return the JSON list of a response; the arguments are those of `parse_response`.

    Raises:
        Refused: The platform refused the request.
        OutcomeUnknown: The response is something else.
    """
    content = response.content
    if response.status != HTTPStatus.OK:
        parse_response(response, secrets, remedies)
    elif isinstance(content, list):
        return content
    happened = describe("The platform", response, secrets, expected="list")
    raise OutcomeUnknown(happened, SEND_AGAIN)


def describe(
    who: str,
    response: Response,
    secrets: Collection[str],
    keys: Collection[str] = MESSAGE_KEYS,
    expected: str = "object",
) -> str:
    """Return the sentence that says what a server responded.

    Args:
        who: The server, as the subject of the sentence.
        response: Its response.
        secrets: What the sentence must not show.
        keys: The keys of a JSON object whose values are shown.
        expected: What the JSON of a success should have been.
    """
    said = f"{who} answered {_status(response.status)}{response.tried}"
    if response.status in REDIRECTS:
        host = quote_host(response.location, secrets)
        return f"{said}, a redirect to {host}, which is not followed."
    wait = f" It asks to wait {response.retry_after:.6g} s." if response.retry_after else ""
    if len(response.body) > MAX_BODY:
        return f"{said} with a body of more than 1 MiB, which is not read.{wait}"
    is_success = response.status < HTTPStatus.MULTIPLE_CHOICES
    is_right = isinstance(response.content, dict) and expected == "object"
    wrong = f", where a JSON {expected} was expected" if is_success and not is_right else ""
    return f"{said}: {quote_body(response.body, secrets, keys)}{wrong}.{wait}"


def seconds_to_wait(header: str, now: datetime) -> float:
    """Return the seconds of a `Retry-After` header, a number or a date; 0 if it is neither."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - now).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
