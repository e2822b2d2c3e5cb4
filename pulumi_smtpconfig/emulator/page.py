"""The page: what the platform has and is asked, live, and buttons for what goes wrong.

Its files hold nothing of interest and need no token. What it shows and does needs the token of its
address, which is in the fragment, so no request line, log or Referer has it. admission.py refuses
requests of other sites, and under other names, before they come here.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib.resources import files
from typing import Any, get_args

from .admission import LOCAL_NAMES
from .application import (
    Application,
    Message,
    Receive,
    Send,
    disconnects_within,
    send_response,
)
from .endpoints import Kind
from .faults import FAULTS
from .journal import Event, Outcome
from .keycloak import MOST_CHARACTERS
from .messages import ReceivedRequest, Refused, Response, credentials, json_response
from .platform import MOST_SETTINGS, Platform
from .secrecy import PUBLIC_FIELDS, secret_values, shown, without

SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/-/page.css": ("page.css", "text/css; charset=utf-8"),
    "/-/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/-/icon.svg": ("icon.svg", "image/svg+xml"),
}
EVENTS, ACTIONS = "/-/events", "/-/actions"
MOST_PAGES = 8
MOST_TENANTS_SHOWN, MOST_EVENTS_SHOWN, MOST_FAULTS_SHOWN = 200, 100, 20
MOST_VALUE_SHOWN = 300
MOST_VALUE = 2000
MOST_FAULTS_AT_ONCE = 20
LOOK_SECONDS, HEARTBEAT_SECONDS = 0.2, 15.0

NO_TOKEN = json_response(401, {"error": "Open the address that the terminal printed."}, SECURITY)
NOT_FOUND = json_response(404, {"error": "The page has no such file."}, SECURITY)
NOT_ALLOWED = json_response(405, {"error": "The page has no such method."}, SECURITY)
TOO_MANY_PAGES = json_response(503, {"error": f"{MOST_PAGES} pages are open already."}, SECURITY)
DONE = Response(204, b"", SECURITY)


class Page:
    """Serves the page of one emulator."""

    def __init__(self, application: Application, platform: Platform, token: str) -> None:
        self._application = application
        self._platform = platform
        self._token = token
        self._open = 0

    def has(self, request: ReceivedRequest, port: int) -> bool:
        """Tell whether a request is for the page and not for the platform."""
        is_local = request.header("host") in {f"{name}:{port}" for name in LOCAL_NAMES}
        return is_local and (request.path in FILES or request.path.startswith("/-/"))

    async def serve(self, request: ReceivedRequest, receive: Receive, send: Send) -> None:
        """Respond to a request for the page."""
        try:
            if request.path == EVENTS:
                await self._follow(request, receive, send)
                return
            response = self._respond(request)
        except Refused as refusal:
            response = refusal.response
        await send_response(response, send, cut=False)

    def _respond(self, request: ReceivedRequest) -> Response:
        if request.path == ACTIONS:
            self._check(request, "POST")
            self._act(request)
            return DONE
        if request.path not in FILES:
            raise Refused(NOT_FOUND)
        if request.method != "GET":
            raise Refused(NOT_ALLOWED)
        name, media_type = FILES[request.path]
        content = (files(__package__) / "page_files" / name).read_bytes()
        return Response(200, content, {**SECURITY, "content-type": media_type})

    def _check(self, request: ReceivedRequest, method: str) -> None:
        given = credentials(request, "bearer")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            raise Refused(NO_TOKEN)
        if request.method != method:
            raise Refused(NOT_ALLOWED)

    async def _follow(self, request: ReceivedRequest, receive: Receive, send: Send) -> None:
        """Send what there is whenever it differs, as server-sent events."""
        self._check(request, "GET")
        if self._open >= MOST_PAGES:
            raise Refused(TOO_MANY_PAGES)
        self._open += 1
        try:
            await send(_start(200, {**SECURITY, "content-type": "text/event-stream"}))
            await self._send_snapshots(receive, send)
        finally:
            self._open -= 1

    async def _send_snapshots(self, receive: Receive, send: Send) -> None:
        last, silent = "", 0.0
        while True:
            snapshot = json.dumps(self._snapshot())
            if snapshot != last:
                await send(_part(f"data: {snapshot}\n\n"))
                last, silent = snapshot, 0.0
            elif silent >= HEARTBEAT_SECONDS:
                await send(_part(": still here\n\n"))
                silent = 0.0
            if await disconnects_within(LOOK_SECONDS, receive):
                return
            silent += LOOK_SECONDS

    def _snapshot(self) -> dict[str, object]:
        """Return what the page shows; other code may change the tenants at any time."""
        application, journal = self._application, self._application.journal
        tenants = dict.fromkeys(list(self._platform.tenants))
        recent = [tenant for tenant in reversed(list(journal.last_changes)) if tenant in tenants]
        first = list(dict.fromkeys([*recent, *tenants]))[:MOST_TENANTS_SHOWN]
        waiting = list(application.faults)
        return {
            "tenants": sorted(self._tenants(first), key=lambda each: str(each["name"]).casefold()),
            "tenantCount": len(tenants),
            "events": [_event(each) for each in list(journal.events)[-MOST_EVENTS_SHOWN:][::-1]],
            "eventCount": journal.count,
            "waiting": [[each.name or "fault", each.on] for each in waiting[:MOST_FAULTS_SHOWN]],
            "waitingCount": len(waiting),
            "tokenExpired": self._platform.tokens.fixed_expired,
            "faults": list(FAULTS),
            "kinds": list(get_args(Kind)),
            "fields": sorted(PUBLIC_FIELDS | {"password", "authTokenClientSecret"}),
        }

    def _tenants(self, tenants: list[str]) -> Iterator[dict[str, object]]:
        for tenant in tenants:
            settings = dict(self._platform.tenants.get(tenant, {}))
            hidden = [*self._application.journal.secrets(), *secret_values(settings)]
            change = self._application.journal.last_changes.get(tenant)
            yield {
                "key": _key(tenant),
                "name": _visible(without(hidden, tenant)),
                "platform": self._platform.last_platforms.get(tenant),
                "settings": {
                    _visible(name): _visible(without(hidden, shown(name, x)))
                    for name, x in settings.items()
                },
                "change": _event(change) if change else None,
            }

    def _act(self, request: ReceivedRequest) -> None:
        """Carry out what a button asks for; raises Refused."""
        if request.media_type != "application/json":
            raise Refused(_bad("an action is JSON"))
        try:
            action = request.json()
        except (ValueError, RecursionError):
            raise Refused(_bad("this is not JSON")) from None
        if not isinstance(action, dict):
            raise Refused(_bad("an action is an object"))
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "change": self._change,
            "delete": self._delete,
            "fault": self._order,
            "forget-faults": lambda _: self._application.faults.clear(),
            "expire": lambda _: self._platform.tokens.expire(),
            "reset": lambda _: self._application.reset(),
        }
        do = action.get("do")
        if not isinstance(do, str) or do not in actions:
            raise Refused(_bad("there is no such action"))
        actions[do](action)
        self._application.on_change()

    def _change(self, action: dict[str, Any]) -> None:
        tenant, name, value = self._tenant(action), action.get("name"), action.get("value")
        if not (isinstance(name, str) and 0 < len(name) <= MOST_CHARACTERS):
            raise Refused(_bad("a setting has a name"))
        if value is not None and not (isinstance(value, str) and len(value) <= MOST_VALUE):
            raise Refused(_bad(f"a value is a text of at most {MOST_VALUE:,} characters"))
        settings = self._platform.tenants[tenant]
        before = dict(settings)
        if value is None:
            settings.pop(name, None)
        elif name in settings or len(settings) < MOST_SETTINGS:
            settings[name] = value
        else:
            raise Refused(_bad(f"a tenant has at most {MOST_SETTINGS} settings"))
        self._tell(tenant, before, dict(settings))

    def _delete(self, action: dict[str, Any]) -> None:
        tenant = self._tenant(action)
        self._tell(tenant, dict(self._platform.tenants.pop(tenant)), {})

    def _tell(self, tenant: str, before: dict[str, str], after: dict[str, str]) -> None:
        outcome = Outcome(None, 0, before, after, "behind Pulumi's back")
        self._application.on_event(self._application.journal.add_change(tenant, "PAGE", outcome))

    def _order(self, action: dict[str, Any]) -> None:
        name, on, count = action.get("name"), action.get("on"), action.get("count", 1)
        if not isinstance(name, str) or name not in FAULTS:
            raise Refused(_bad("there is no such fault"))
        if on is not None and on not in get_args(Kind):
            raise Refused(_bad("there is no such kind of request"))
        if not isinstance(count, int) or not 1 <= count <= MOST_FAULTS_AT_ONCE:
            raise Refused(_bad(f"from 1 to {MOST_FAULTS_AT_ONCE} requests meet a fault"))
        try:
            self._application.order([FAULTS[name].meant_for(on)] * count)
        except ValueError as problem:
            raise Refused(_bad(str(problem))) from None

    def _tenant(self, action: dict[str, Any]) -> str:
        key = action.get("tenant")
        for tenant in list(self._platform.tenants):
            if _key(tenant) == key:
                return tenant
        raise Refused(_bad("this tenant is gone"))


def _key(tenant: str) -> str:
    """Return a short name for a tenant, whose id may be long and may hold a secret."""
    return hashlib.sha256(tenant.encode(errors="surrogatepass")).hexdigest()[:24]


def _visible(text: str) -> str:
    """Return the start of a text, with characters escaped that would change how others look."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in text[:MOST_VALUE_SHOWN]
    )


def _event(event: Event) -> dict[str, object]:
    return {
        "number": event.number,
        "at": event.at,
        "method": event.method,
        "url": event.url,
        "tenant": None if event.tenant is None else _visible(event.tenant),
        "status": event.status,
        "milliseconds": round(event.seconds * 1000),
        "changes": event.changes,
        "note": event.note,
    }


def _bad(reason: str) -> Response:
    return json_response(HTTPStatus.BAD_REQUEST, {"error": f"Not done: {reason}."}, SECURITY)


def _start(status: int, headers: dict[str, str]) -> Message:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def _part(text: str) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}
