"""The ASGI application: reads a request, sends a response or a fault."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal, Protocol

from .admission import BODY_TOO_LARGE, MOST_BODY_BYTES, admit
from .endpoints import Kind, route
from .journal import Event, Journal, Outcome
from .messages import ReceivedRequest, Refused, Response
from .platform import Platform
from .secrecy import Secret

MOST_FAULTS = 10_000
SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization"}
NO_CONTENT = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


@dataclass(frozen=True)
class Fault:
    """What one request meets instead of the platform's response.

    A fault with only a delay postpones that response.
    """

    status: int | None = None
    """200 to 599; None sends the platform's response, unless `cut` is set."""
    body: str | bytes = ""
    """The body to send, if there is a status."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers besides Content-Length; Content-Type is only sent if it is named here."""
    delay: float = 0.0
    """Seconds before the response; it ends early if the client disconnects."""
    cut: Literal["header", "body"] | None = None
    """Where the connection breaks: before the status line, or after status (200 if None), headers
    and body, with a Content-Length that promises more."""
    applied: bool = False
    """Whether the platform handles the request first, so that only its response is lost."""
    on: Kind | None = None
    """The kind of request that meets it: `mail` sets a tenant's settings, `token` asks for a token,
    `read` reads a realm, `test` is Keycloak's testSMTPConnection, `info` asks for its version or
    all realms; None is any POST or PUT, so never a read."""
    name: str = ""
    """What the terminal and the page call it when a request meets it."""

    def meant_for(self, kind: Kind | None) -> "Fault":
        """Return this fault for one kind of request."""
        return replace(self, on=kind)

    @property
    def response(self) -> Response | None:
        """The response that replaces the platform's; None keeps the platform's."""
        if self.status is None and self.cut is None:
            return None
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return Response(self.status or 200, body, self.headers)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Site(Protocol):
    """What is served besides the platform."""

    def has(self, request: ReceivedRequest, port: int) -> bool:
        """Tell whether a request is for it."""

    async def serve(self, request: ReceivedRequest, receive: Receive, send: Send) -> None:
        """Respond to a request."""


class Application:
    """Responds as the platform does, or as the next ordered fault says."""

    def __init__(
        self,
        platform: Platform,
        on_request: Callable[[ReceivedRequest, int | None], None],
        keep_requests: int,
    ) -> None:
        self.requests: list[ReceivedRequest] = []
        self.latency = 0.0
        self.faults: list[Fault] = []
        self.journal = Journal()
        self.on_event: Callable[[Event], None] = lambda _: None
        self.page: Site | None = None
        self.on_change: Callable[[], None] = lambda: None
        self._platform = platform
        self._on_request = on_request
        self._keep_requests = keep_requests

    def order(self, faults: Iterable[Fault]) -> None:
        """Add faults; raises ValueError if too many would be waiting."""
        waiting = [*self.faults, *faults]
        if len(waiting) > MOST_FAULTS:
            raise ValueError(f"At most {MOST_FAULTS:,} faults can be waiting.")
        self.faults[:] = waiting

    def reset(self) -> None:
        """Forget settings, faults and requests, expire granted tokens, accept the fixed one."""
        self._platform.reset()
        self._platform.tokens.restore()
        self.faults.clear()
        self.requests.clear()
        self.journal.clear()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one HTTP request.

        `scope["state"]` holds the transport of its connection, and the name in its TLS handshake.
        """
        began = time.monotonic()
        request = _request(scope)
        try:
            admit(request, scope["state"]["server_name"], scope["server"][1])
            body = await _read_body(receive)
        except Refused as refusal:
            self._keep(request)
            self._tell(request, _Answer(refusal.response), began)
            await send_response(refusal.response, send, cut=False)
            return
        if body is None:
            return
        request = replace(request, body=body)
        if self.page and self.page.has(request, scope["server"][1]):
            await self.page.serve(request, receive, send)
            return
        self._keep(request)
        fault = self._next_fault(request)
        answer = await self._respond(request, fault, receive)
        if answer is None:
            left = Outcome(None, time.monotonic() - began, {}, {}, "the client left")
            self.on_event(self.journal.add(request, left))
            return
        self._tell(request, answer, began, fault)
        if fault.cut != "header":
            await send_response(answer.response, send, cut=bool(fault.cut))
        if fault.cut:
            scope["state"]["transport"].abort()
            await _disconnected(receive)  # uvicorn logs an application that returns earlier

    def _keep(self, request: ReceivedRequest) -> None:
        self.requests.append(request)
        del self.requests[: max(0, len(self.requests) - self._keep_requests)]

    def _tell(
        self, request: ReceivedRequest, answer: "_Answer", began: float, fault: Fault | None = None
    ) -> None:
        status = None if fault and fault.cut == "header" else answer.response.status
        note = (fault.name or "fault") if fault and fault != Fault() else answer.response.note
        seconds = time.monotonic() - began
        outcome = Outcome(status, seconds, answer.before, answer.after, note)
        event = self.journal.add(request, outcome)
        if answer.before != answer.after:
            self.on_change()
        self._on_request(request, status)
        self.on_event(event)

    def _next_fault(self, request: ReceivedRequest) -> Fault:
        to = route(request)
        kind = to.kind if to else None
        kinds = {None, kind} if request.method in {"POST", "PUT"} else {kind} - {None}
        for index, fault in enumerate(self.faults):
            if fault.on in kinds:
                return self.faults.pop(index)
        return Fault()

    async def _respond(
        self, request: ReceivedRequest, fault: Fault, receive: Receive
    ) -> "_Answer | None":
        """Return what to send; None if the client disconnects meanwhile."""
        applied = await self._carry_out(request, receive) if fault.applied else None
        delay = self.latency + fault.delay
        if delay and await disconnects_within(delay, receive):
            return None
        if fault.response:
            return replace(applied or _Answer(fault.response), response=fault.response)
        return applied or await self._carry_out(request, receive)

    async def _carry_out(self, request: ReceivedRequest, receive: Receive) -> "_Answer | None":
        """Let the platform handle the request; return None if the client disconnects meanwhile."""
        to = route(request)
        tenant = to.tenant if to else ""
        before = dict(self._platform.tenants.get(tenant, {}))
        if to and to.kind == "test":
            response = await _unless_disconnected(self._platform.respond(request), receive)
        else:
            response = await self._platform.respond(request)
        if response is None:
            return None
        return _Answer(response, before, dict(self._platform.tenants.get(tenant, {})))


@dataclass(frozen=True)
class _Answer:
    """A response, and the settings of the tenant before and after."""

    response: Response
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, None if the client disconnects before its end; raises Refused."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            raise Refused(BODY_TOO_LARGE)
        if not message.get("more_body"):
            return bytes(body)
    return None


def _request(scope: Message) -> ReceivedRequest:
    """Return the request without its body."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    headers = tuple(_header(name, value) for name, value in scope["headers"])
    return ReceivedRequest(scope["method"], target.decode("latin-1"), headers, b"")


def _header(raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
    name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
    return name, Secret(value) if name in SECRET_HEADERS else value


async def send_response(response: Response, send: Send, *, cut: bool) -> None:
    """Send a response; with `cut`, promise a byte more than there is."""
    length = {"content-length": str(len(response.body) + cut)}
    headers = {**response.headers, **(length if response.status not in NO_CONTENT else {})}
    raw = [(key.lower().encode("latin-1"), x.encode("latin-1")) for key, x in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body, "more_body": cut})


async def disconnects_within(seconds: float, receive: Receive) -> bool:
    """Wait this long, or until the client disconnects."""
    try:
        await asyncio.wait_for(_disconnected(receive), seconds)
    except asyncio.TimeoutError:
        return False
    return True


async def _unless_disconnected(
    work: Coroutine[Any, Any, Response], receive: Receive
) -> Response | None:
    """Return the result; cancel the work and return None if the client disconnects meanwhile."""
    working, gone = asyncio.create_task(work), asyncio.create_task(_disconnected(receive))
    await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
    is_done = working.done()
    for task in (working, gone):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return working.result() if is_done else None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
