"""What a platform's answer means (contract: "Answers"): pure, and whatever comes, no crash."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pulumi_smtpconfig.errors import OutcomeUnknown, RealmGone, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

AGAIN = "then run `pulumi up` again."
REMEDIES = {
    400: f"correct what the platform names (its log may say more), {AGAIN}",
    401: f"renew the token, {AGAIN}",
    403: f"use a token or credentials that may change this tenant's mail settings, {AGAIN}",
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        f"set hostname to the host that answers without a redirect, {AGAIN}",
    ),
    404: f"check platform, hostname and tenantId (its case counts), {AGAIN}",
    429: f"wait a little, {AGAIN}",
}
ASK_THE_PLATFORM = f"look into the platform's log for this request, {AGAIN}"
SEND_AGAIN = (
    "run `pulumi up` again with the same options, which sends the settings again: the platform may "
    "hold the old ones or the new ones.\n"
    "  If it fails again, check hostname and look into the platform's log.\n"
    "  Reverting the program alone sends nothing. To go back to the old settings, "
    "revert it and run `pulumi up --replace URN` with the URN from `pulumi stack --show-urns`."
)


NO_REALM = {"error": "Realm not found."}
"""What the admin API says of a realm, and no wrong path does (contract: "Stock Keycloak")."""


class Answer(NamedTuple):
    """An HTTP answer.

    Attributes:
        status: The HTTP status.
        body: The body, complete and decompressed.
        location: The `Location` header, or nothing.
        retry_after: Seconds that the server asks to wait (RFC 9110, section 10.2.3), or none.
        tried: What was tried before this answer came; empty when it was the first.
        unsure: Whether an earlier try may have reached its aim unseen.
    """

    status: int
    body: bytes
    location: str = ""
    retry_after: float = 0.0
    tried: str = ""
    unsure: bool = False


def judge(
    answer: Answer,
    quote: Callable[[str], str],
    remedies: Mapping[int, str] = REMEDIES,
    *,
    empty: bool = False,
) -> dict[str, Any]:
    """Return the JSON object of an answer that says the settings were taken.

    Args:
        answer: What came.
        quote: Makes the platform's words fit to be shown.
        remedies: What to do next, by status.
        empty: Whether 204 No Content says so as well.

    Raises:
        RealmGone: The platform says that there is no such realm.
        Refused: The platform did not take them.
        OutcomeUnknown: The answer does not tell, or an earlier try may have been taken. Every 5xx
            is such an answer, as a gateway that fails may have passed the request on.
    """
    content = _json(answer.body)
    taken = isinstance(content, dict) and content.get("status", "OK") == "OK"
    if answer.status < HTTPStatus.MULTIPLE_CHOICES and taken:
        return dict(content)
    if empty and answer.status == HTTPStatus.NO_CONTENT:
        return {}
    happened = told("The platform", answer, quote)
    if answer.unsure or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(happened, SEND_AGAIN)
    if answer.status < HTTPStatus.MULTIPLE_CHOICES and not isinstance(content, dict):
        raise OutcomeUnknown(happened, SEND_AGAIN)
    gone = answer.status == HTTPStatus.NOT_FOUND and content == NO_REALM
    kind = RealmGone if gone else Refused
    raise kind(happened, remedies.get(answer.status, ASK_THE_PLATFORM))


def told(who: str, answer: Answer, quote: Callable[[str], str]) -> str:
    """Return the sentence that says what somebody answered."""
    said = f"{who} answered {named(answer.status)}{answer.tried}"
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        where = _target(quote(answer.location) if answer.location else "")
        return f'{said}, a redirect to "{where}", not followed, so that no secret goes elsewhere.'
    is_object = isinstance(_json(answer.body), dict)
    unread = answer.status < HTTPStatus.MULTIPLE_CHOICES and not is_object
    shape = ", where a JSON object was expected" if unread else ""
    wait = f" It asks to wait {answer.retry_after:.6g} s." if answer.retry_after else ""
    return f"{said}: {quote(words(answer.body))}{shape}.{wait}"


def _target(quoted: str) -> str:
    """Return the host of a redirect, without a user before it.

    What is parsed has no secrets any more, as a part of one would not be seen as such.
    """
    if quoted.startswith("("):
        return "an address that is not quoted"
    try:
        return urlsplit(quoted.strip('"')).netloc.rpartition("@")[2] or "a path of the same host"
    except ValueError:
        return "an address that is none"


def seconds_to_wait(header: str, now: datetime) -> float:
    """Read a `Retry-After` header, in seconds or as a date; 0 where it is neither."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - now).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return 0.0


def words(body: bytes) -> str:
    """Return what the platform says, from each of the shapes that its answers have."""
    content = _json(body)
    keys = ("error", "error_description", "errorMessage", "status", "message")
    said = [content.get(key) for key in keys] if isinstance(content, dict) else []
    texts = [text for text in said if isinstance(text, str)]
    return ": ".join(texts) or body.decode(errors="replace")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def named(status: int) -> str:
    """Return a status with its name, where it has one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
