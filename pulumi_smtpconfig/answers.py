"""What a platform's answer means (contract: "Answers"): pure, and whatever comes, no crash."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pulumi_smtpconfig.errors import OutcomeUnknown, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

AGAIN = "then run `pulumi up` again."
REMEDIES = {
    400: f"correct what the platform names, {AGAIN}",
    401: f"renew the token, {AGAIN}",
    403: f"use a token that may change this tenant's mail settings, {AGAIN}",
    404: f"check platform, hostname and tenantId (its case counts), {AGAIN}",
    429: f"wait a little, {AGAIN}",
}
ASK_THE_PLATFORM = f"look into the platform's log for this request, {AGAIN}"
SEND_AGAIN = (
    "run `pulumi up` again, which sends the settings again: the platform may hold the old ones or "
    "the new ones.\n  Reverting the program alone sends nothing. To go back to the old settings, "
    "revert it and run `pulumi up --replace URN` with the URN from `pulumi stack --show-urns`."
)


class Answer(NamedTuple):
    """An HTTP answer, its body complete and decompressed, its `Location` header or nothing."""

    status: int
    body: bytes
    location: str = ""


def judge(answer: Answer, quote: Callable[[str], str]) -> dict[str, Any]:
    """Return the JSON object of an answer that says the settings were taken.

    Args:
        answer: What came.
        quote: Makes the platform's words fit to be shown.

    Raises:
        Refused: The platform did not take them.
        OutcomeUnknown: The answer does not tell. Every 5xx is such an answer, as a gateway that
            fails may have passed the request on.
    """
    happened = f"The platform answered {_named(answer.status)}: {quote(words(answer.body))}."
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(happened, SEND_AGAIN)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise Refused(happened, REMEDIES.get(answer.status, ASK_THE_PLATFORM))
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _redirected(answer, quote)
    content = _json(answer.body)
    if not isinstance(content, dict):
        raise OutcomeUnknown(f"{happened[:-1]}, which is no JSON object.", SEND_AGAIN)
    if content.get("status", "OK") != "OK":
        raise Refused(happened, ASK_THE_PLATFORM)
    return content


def _redirected(answer: Answer, quote: Callable[[str], str]) -> Refused:
    try:
        target = urlsplit(answer.location).netloc.rpartition("@")[2]
    except ValueError:
        target = ""
    where = quote(target or "itself")
    return Refused(
        f"The platform answered {_named(answer.status)}, a redirect to {where}, "
        "which was not followed, so that the token goes nowhere else.",
        f"set hostname to the host that answers the API itself, {AGAIN}",
    )


def words(body: bytes) -> str:
    """Return what the platform says, from each of the shapes that its answers have."""
    content = _json(body)
    keys = ("error", "error_description", "status", "message")
    said = [content.get(key) for key in keys] if isinstance(content, dict) else []
    texts = [text for text in said if isinstance(text, str)]
    return ": ".join(texts) or body.decode(errors="replace")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
